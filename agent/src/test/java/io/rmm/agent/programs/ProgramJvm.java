package io.rmm.agent.programs;

import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import java.util.regex.Pattern;

/** A program that runs. Ends it when closed. */
final class ProgramJvm implements AutoCloseable {

  private static final Duration PATIENCE = Duration.ofMinutes(2);

  /** So that the time between two lines of some seconds is known to a part in a thousand. */
  private static final long POLL_MILLIS = 5;

  /**
   * What the JVM or a program writes when the agent has done it harm, and what the agent writes.
   */
  private static final Pattern HARM =
      Pattern.compile(
          "rmm-agent|io\\.rmm\\.agent|Rmm[A-Z]|VerifyError|LinkageError|NoClassDefFoundError"
              + "|NoSuchMethodError|IllegalAccessError|ClassFormatError|OutOfMemoryError"
              + "|Exception in thread|SIGSEGV|\\[otel\\.javaagent .*\\] (WARN|ERROR)|LEAK:");

  private final Process process;
  private final Path output;
  private final List<ProgramJvm> needed;

  ProgramJvm(Process process, Path output) {
    this(process, output, List.of());
  }

  private ProgramJvm(Process process, Path output, List<ProgramJvm> needed) {
    this.process = process;
    this.output = output;
    this.needed = needed;
  }

  /** Returns it as one that ends another, which it needs, after itself. */
  ProgramJvm closing(ProgramJvm other) {
    return new ProgramJvm(process, output, List.of(other));
  }

  long pid() {
    return process.pid();
  }

  boolean isAlive() {
    return process.isAlive();
  }

  /** Returns all that it has written so far, on both of its outputs. */
  String output() {
    try {
      return Files.readString(output);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Returns the lines that tell of harm done to it. */
  List<String> harm() {
    return output().lines().filter(line -> HARM.matcher(line).find()).toList();
  }

  /** Waits until all that it has written so far is {@code enough}; returns that. */
  String awaitOutput(Predicate<String> enough) throws InterruptedException {
    long begin = System.nanoTime();
    long seen = -1;
    while (System.nanoTime() - begin < PATIENCE.toNanos()) {
      long length = output.toFile().length();
      if (length != seen) {
        seen = length;
        String text = output();
        if (enough.test(text)) {
          return text;
        }
      }
      requireAlive();
      Thread.sleep(POLL_MILLIS);
    }
    throw new IllegalStateException("the program does not write what it should:\n" + output());
  }

  private void requireAlive() {
    if (!isAlive()) {
      throw new IllegalStateException(
          "the program has ended with " + process.exitValue() + ":\n" + output());
    }
  }

  /** Waits until it takes connections. */
  void awaitPort(int port) {
    await()
        .atMost(PATIENCE)
        .until(
            () -> {
              requireAlive();
              return Ports.isOpen(port);
            });
  }

  /** Waits for its own end; returns its exit code. */
  int awaitEnd() throws InterruptedException {
    if (!process.waitFor(PATIENCE.toSeconds(), TimeUnit.SECONDS)) {
      throw new IllegalStateException("the program does not end:\n" + output());
    }
    return process.exitValue();
  }

  /** Returns the time that it has had of all processors so far. */
  Duration processorTime() {
    return process.info().totalCpuDuration().orElseThrow();
  }

  @Override
  public void close() {
    process.destroy();
    try {
      if (!process.waitFor(20, TimeUnit.SECONDS)) {
        process.destroyForcibly().waitFor();
      }
    } catch (InterruptedException e) {
      process.destroyForcibly();
      Thread.currentThread().interrupt();
    }
    needed.forEach(ProgramJvm::close);
  }
}
