package io.rmm.demo;

import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;

/**
 * What a user may choose.
 *
 * @param duration how long to run; until told to stop if empty
 * @param port the port of 127.0.0.1 to listen on, 0 for any that is free
 * @param recording the Flight Recorder file to write
 * @param seed decides what the built-in load does
 * @param quiet whether the built-in load is left off
 * @param limitBytes the hard limit of each database, in bytes
 */
public record DemoOptions(
    Optional<Duration> duration,
    int port,
    Path recording,
    long seed,
    boolean quiet,
    long limitBytes) {

  /** The port unless chosen: beside that of Redis, which may be running. */
  public static final int DEFAULT_PORT = 6380;

  /**
   * Checks the ranges.
   *
   * @throws IllegalArgumentException if the duration is not positive, the port not from 0 to 65535,
   *     or the limit less than 1 MiB
   */
  public DemoOptions {
    if (duration.isPresent() && !duration.get().isPositive()) {
      throw new IllegalArgumentException("the duration must be positive");
    }
    if (port < 0 || port > 65_535) {
      throw new IllegalArgumentException("a port is a number from 0 to 65535, not " + port);
    }
    if (limitBytes < 1 << 20) {
      throw new IllegalArgumentException("the limit of a database must be 1 MiB or more");
    }
  }
}
