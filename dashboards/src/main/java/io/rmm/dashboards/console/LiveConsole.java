package io.rmm.dashboards.console;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import javax.management.JMException;
import org.jline.terminal.Attributes;
import org.jline.terminal.Attributes.LocalFlag;
import org.jline.terminal.Size;
import org.jline.terminal.Terminal;
import org.jline.utils.AttributedString;
import org.jline.utils.AttributedStyle;
import org.jline.utils.ClosedException;
import org.jline.utils.Display;
import org.jline.utils.InfoCmp.Capability;
import org.jline.utils.NonBlockingReader;

/**
 * The page on a terminal, drawn anew with each reading, each key and each change of the window's
 * size.
 *
 * <p>Two threads: one reads the beans and may wait for a JVM that does not answer as long as it
 * likes; the other, the caller's, looks at keys and size every {@value #LOOK_MILLIS} ms and so
 * never waits. Sizes are asked for and not told by a signal, which needs no handler and misses
 * none.
 */
public final class LiveConsole {

  /** Too short for a person to notice, and long enough to cost nothing. */
  private static final int LOOK_MILLIS = 100;

  /** Above this the last reading is said to be old. */
  private static final Duration OLD = Duration.ofSeconds(3);

  private static final Size UNKNOWN_SIZE = Size.of(80, 24);

  private static final String KEYS =
      "q quit   sort by: u used  p peak  l share of limit  a allocations  r refused  n name";

  private static final int END_OF_FILE = -1;
  private static final int ESCAPE = 27;
  private static final int CONTROL_C = 3;

  /** Where readings come from. */
  @FunctionalInterface
  public interface Source {
    /**
     * Reads once; may block.
     *
     * @throws IOException if there will be no more
     */
    Reading read() throws IOException, JMException;
  }

  /**
   * What is known: immutable, handed from the thread that reads to the one that draws.
   *
   * @param before the reading before the last one
   * @param last the last reading
   * @param problem why there will be no more, or an empty string
   */
  private record State(Optional<Reading> before, Optional<Reading> last, String problem) {}

  private final Terminal terminal;
  private final String title;
  private final Source source;
  private final Duration period;
  private final AtomicReference<State> state =
      new AtomicReference<>(new State(Optional.empty(), Optional.empty(), ""));
  private final boolean colours;
  private volatile boolean stopped;
  private Order order;

  /**
   * Makes a console.
   *
   * @param terminal where to draw; left as it was found, and not closed
   * @param title what is watched
   * @param source read once a {@code period} by a thread of its own
   * @param period from the begin of one reading to that of the next
   * @param order by what budgets are sorted at first
   * @param colours whether to use colours
   */
  public LiveConsole(
      Terminal terminal,
      String title,
      Source source,
      Duration period,
      Order order,
      boolean colours) {
    this.terminal = terminal;
    this.colours = colours;
    this.title = title;
    this.source = source;
    this.period = period;
    this.order = order;
  }

  /**
   * Draws until {@code q} is pressed, {@link #stop} is called, the terminal goes, or there are no
   * more readings.
   *
   * @return why there are no more readings, or an empty string if somebody asked for the end
   * @throws IOException if the terminal cannot be used
   */
  public String run() throws IOException {
    Thread reader = Thread.ofPlatform().daemon().name("rmm-console-reader").start(this::readOn);
    Attributes attributes = terminal.enterRawMode();
    try {
      // Ctrl-C is a key then, and Ctrl-Z and Ctrl-\ cannot leave the screen half drawn.
      Attributes raw = terminal.getAttributes();
      raw.setLocalFlag(LocalFlag.ISIG, false);
      terminal.setAttributes(raw);
      terminal.puts(Capability.enter_ca_mode);
      terminal.puts(Capability.cursor_invisible);
      draw();
    } finally {
      stop();
      reader.interrupt();
      terminal.puts(Capability.cursor_visible);
      terminal.puts(Capability.exit_ca_mode);
      terminal.flush();
      terminal.setAttributes(attributes);
    }
    return state.get().problem;
  }

  /** Ends {@link #run}, from any thread. */
  public void stop() {
    stopped = true;
  }

  private void readOn() {
    while (!stopped) {
      long next = System.nanoTime() + period.toNanos();
      try {
        Reading reading = source.read();
        state.updateAndGet(known -> new State(known.last, Optional.of(reading), ""));
        long rest = next - System.nanoTime();
        if (rest > 0) {
          Thread.sleep(Duration.ofNanos(rest));
        }
      } catch (InterruptedException e) {
        return; // nobody looks any more
      } catch (IOException | JMException | RuntimeException e) {
        String problem = e.getMessage() == null ? e.toString() : e.getMessage();
        state.updateAndGet(known -> new State(known.before, known.last, problem));
        return;
      }
    }
  }

  private void draw() throws IOException {
    Display display = new Display(terminal, true);
    NonBlockingReader keys = terminal.reader();
    Drawn drawn = new Drawn(state.get(), Size.of(0, 0), order, -1);
    while (!stopped) {
      State now = state.get();
      Size size = size();
      if (!now.problem.isEmpty()) {
        return;
      }
      Drawn next = new Drawn(now, size, order, age(now).toSeconds());
      if (!next.equals(drawn)) {
        if (!size.equals(drawn.size)) {
          display.resize(size);
          display.clear();
        }
        display.update(lines(now, size), 0);
        drawn = next;
      }
      try {
        take(keys.read(LOOK_MILLIS), keys);
      } catch (ClosedException e) {
        return; // the window was closed
      }
    }
  }

  /** A terminal that does not know its size, in the manner of a serial line, says 0. */
  private Size size() {
    Size size = terminal.getSize();
    return size.getColumns() > 0 && size.getRows() > 0 ? size : UNKNOWN_SIZE;
  }

  /** What the screen shows; it is drawn anew when any of it changes. */
  private record Drawn(State state, Size size, Order order, long ageSeconds) {}

  private void take(int key, NonBlockingReader keys) throws IOException {
    switch (key) {
      case END_OF_FILE, 'q', 'Q', CONTROL_C -> stop();
      case ESCAPE -> passOver(keys);
      default -> order = Order.ofKey(key).orElse(order);
    }
  }

  /** An arrow, say, comes as several characters, of which the last would be taken for a key. */
  private static void passOver(NonBlockingReader keys) throws IOException {
    int next;
    do {
      next = keys.read(1);
    } while (next > 0);
  }

  private List<AttributedString> lines(State now, Size size) {
    int width = size.getColumns();
    int height = size.getRows();
    List<AttributedString> lines = new ArrayList<>();
    if (now.last.isEmpty()) {
      lines.add(new AttributedString(Amounts.beginOf(title + ": reading", width)));
    } else {
      Page.ofScreen(title, width, height - 1, order)
          .lines(now.before, now.last.get())
          .forEach(
              line ->
                  lines.add(
                      new AttributedString(line.text(), style(line.style()))
                          .columnSubSequence(0, width)));
    }
    while (lines.size() >= height) {
      lines.removeLast();
    }
    while (lines.size() < height - 1) {
      lines.add(AttributedString.EMPTY);
    }
    lines.add(foot(now).columnSubSequence(0, width));
    return lines;
  }

  private AttributedString foot(State now) {
    Duration age = age(now);
    return age.compareTo(OLD) > 0
        ? new AttributedString(
            "no answer for " + Amounts.time(age) + "; q quits", style(Page.Style.ALERT))
        : new AttributedString(KEYS, AttributedStyle.DEFAULT.faint());
  }

  /** Returns the age of the last reading in whole seconds, as long as it is old; 0 before. */
  private Duration age(State now) {
    Duration age =
        now.last
            .map(reading -> Duration.ofNanos(System.nanoTime() - reading.nanoTime()))
            .map(past -> past.minus(period))
            .orElse(Duration.ZERO);
    return age.compareTo(OLD) > 0 ? Duration.ofSeconds(age.toSeconds()) : Duration.ZERO;
  }

  private AttributedStyle style(Page.Style style) {
    return switch (style) {
      case PLAIN -> AttributedStyle.DEFAULT;
      case TITLE -> AttributedStyle.DEFAULT.inverse();
      case ALERT ->
          colours
              ? AttributedStyle.DEFAULT.foreground(AttributedStyle.RED).bold()
              : AttributedStyle.DEFAULT.bold();
    };
  }
}
