package io.rmm.cli.attach;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import jdk.management.jfr.RecordingInfo;

/**
 * The name of what a dump makes in its target, which tells whose it is: so what a command has left
 * behind that was killed is known as such, and what another one uses at this moment is not touched.
 *
 * @param pid the number of the process that dumps
 * @param started when it was started, in milliseconds of the epoch: numbers are used again
 * @param namespace where it has that number, or 0 where that is not known
 */
record DumpMark(long pid, long started, long namespace) {

  /**
   * The system tells the start of a process by the clock, which may have been set meanwhile. That a
   * number is used again takes longer, since all others come first.
   */
  private static final long SAME_START_MILLIS = 60_000;

  private static final Path NAMESPACE = Path.of("/proc/self/ns/pid");

  private static final Pattern LINK = Pattern.compile("pid:\\[(\\d{1,18})]");

  /** The numbers of a mark, and that of the stream behind them, if there is one. */
  private static final Pattern NAME =
      Pattern.compile("rmm-dump-(\\d{1,18})-(\\d{1,18})-(\\d{1,18})(?:-stream-(\\d{1,18}))?");

  /** Returns the mark of this process. */
  static DumpMark own() {
    ProcessHandle self = ProcessHandle.current();
    return new DumpMark(self.pid(), started(self), ownNamespace());
  }

  /** Returns the mark that a recording has, if it is one of a dump. */
  static Optional<DumpMark> of(RecordingInfo recording) {
    Matcher name = NAME.matcher(recording.getName());
    return name.matches()
        ? Optional.of(
            new DumpMark(
                Long.parseLong(name.group(1)),
                Long.parseLong(name.group(2)),
                Long.parseLong(name.group(3))))
        : Optional.empty();
  }

  /** Returns the stream that a dump reads a recording by, if its name tells it. */
  static Optional<Long> streamOf(RecordingInfo recording) {
    Matcher name = NAME.matcher(recording.getName());
    return name.matches()
        ? Optional.ofNullable(name.group(4)).map(Long::valueOf)
        : Optional.empty();
  }

  /** Returns the name of a recording. */
  String name() {
    return "rmm-dump-%d-%d-%d".formatted(pid, started, namespace);
  }

  /** Returns the name of a recording that is read by a stream. */
  String name(long stream) {
    return name() + "-stream-" + stream;
  }

  /** Tells whether the process has ended; of one in another namespace that is not known. */
  boolean isDead() {
    return namespace == ownNamespace()
        && ProcessHandle.of(pid)
            .filter(process -> Math.abs(started(process) - started) < SAME_START_MILLIS)
            .isEmpty();
  }

  private static long started(ProcessHandle process) {
    return process.info().startInstant().map(Instant::toEpochMilli).orElse(0L);
  }

  private static long ownNamespace() {
    try {
      Matcher link = LINK.matcher(Files.readSymbolicLink(NAMESPACE).toString());
      return link.matches() ? Long.parseLong(link.group(1)) : 0;
    } catch (IOException | UnsupportedOperationException e) {
      return 0; // a system without /proc
    }
  }
}
