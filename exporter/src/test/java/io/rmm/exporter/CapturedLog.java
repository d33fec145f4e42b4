package io.rmm.exporter;

import java.text.MessageFormat;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.logging.Handler;
import java.util.logging.Level;
import java.util.logging.LogRecord;
import java.util.logging.Logger;

/**
 * What would be logged to the console, by whomever, from its making to its closing. Threads that
 * another test has left behind are heard as well: where that can be, ask for lines about something.
 */
public final class CapturedLog implements AutoCloseable {

  private final List<LogRecord> records = new CopyOnWriteArrayList<>();
  private final Logger root = Logger.getLogger("");
  private final Handler handler =
      new Handler() {
        @Override
        public void publish(LogRecord record) {
          records.add(record);
        }

        @Override
        public void flush() {}

        @Override
        public void close() {}
      };

  public CapturedLog() {
    root.addHandler(handler);
  }

  /** Returns the records of {@code level} and above. */
  public List<LogRecord> records(Level level) {
    return records.stream()
        .filter(record -> record.getLevel().intValue() >= level.intValue())
        .toList();
  }

  /** Returns the texts of the records of {@code level} and above. */
  public List<String> lines(Level level) {
    return records(level).stream()
        .map(
            record ->
                record.getParameters() == null || record.getParameters().length == 0
                    ? record.getMessage()
                    : MessageFormat.format(record.getMessage(), record.getParameters()))
        .toList();
  }

  /** Returns the texts of the records of INFO and above that have {@code about} in them. */
  public List<String> linesAbout(String about) {
    return lines(Level.INFO).stream().filter(line -> line.contains(about)).toList();
  }

  @Override
  public void close() {
    root.removeHandler(handler);
  }
}
