package io.rmm.demo.show;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.time.LocalTime;
import java.time.ZoneId;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.logging.Handler;
import java.util.logging.Level;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import java.util.logging.SimpleFormatter;

/**
 * Shows the process's log lines on the display, each as one line, instead of letting them run into
 * the table. Closing it gives the log back what it had.
 */
public final class LogLines extends Handler implements AutoCloseable {

  private static final Logger ROOT = Logger.getLogger("");

  private final Display display;
  private final Handler[] before;

  private LogLines(Display display) {
    this.display = display;
    this.before = ROOT.getHandlers();
    setFormatter(new SimpleFormatter());
    setLevel(Level.INFO);
  }

  /** Begins to show log lines from level INFO upwards, in the place of what showed them before. */
  public static LogLines on(Display display) {
    LogLines lines = new LogLines(display);
    for (Handler handler : lines.before) {
      ROOT.removeHandler(handler);
    }
    ROOT.addHandler(lines);
    return lines;
  }

  @Override
  public void publish(LogRecord record) {
    if (!isLoggable(record)) {
      return;
    }
    LocalTime time =
        LocalTime.ofInstant(record.getInstant(), ZoneId.systemDefault())
            .truncatedTo(ChronoUnit.SECONDS);
    String message = getFormatter().formatMessage(record);
    display.print(List.of("%s %s %s".formatted(time, record.getLevel(), message) + cause(record)));
  }

  @Override
  public void flush() {}

  @Override
  public void close() {
    ROOT.removeHandler(this);
    for (Handler handler : before) {
      ROOT.addHandler(handler);
    }
  }

  /** A warning is about the world, and its cause a few words; a severe error may be our fault. */
  private static String cause(LogRecord record) {
    Throwable thrown = record.getThrown();
    if (thrown == null) {
      return "";
    }
    if (record.getLevel().intValue() < Level.SEVERE.intValue()) {
      return ": " + thrown;
    }
    StringWriter trace = new StringWriter();
    thrown.printStackTrace(new PrintWriter(trace));
    return System.lineSeparator() + trace;
  }
}
