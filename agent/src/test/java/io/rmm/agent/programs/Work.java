package io.rmm.agent.programs;

import java.time.Duration;
import java.util.function.ToDoubleFunction;

/**
 * What a program has done in a while.
 *
 * @param operations how often it has done what its load is made of
 * @param time how long that took
 * @param processorTime what it had of all processors meanwhile
 */
record Work(double operations, Duration time, Duration processorTime) {

  /** Has a program work; returns how many operations that was. */
  interface Load {
    double run() throws Exception;
  }

  /** Has {@code program} work. */
  static Work of(ProgramJvm program, Load load) throws Exception {
    Duration before = program.processorTime();
    long begin = System.nanoTime();
    double operations = load.run();
    Duration time = Duration.ofNanos(System.nanoTime() - begin);
    return new Work(operations, time, program.processorTime().minus(before));
  }

  /**
   * Lets {@code program} work as it does by itself, for {@code time} or a little longer: from one
   * of the lines by which it is told how much it has done to another.
   *
   * @param teller what writes these lines: the program, or what loads it
   * @param told how many operations there were so far, by all that {@code teller} has written
   */
  static Work told(
      ProgramJvm program, ProgramJvm teller, ToDoubleFunction<String> told, Duration time)
      throws Exception {
    double begin = more(teller, told, told.applyAsDouble(teller.output()));
    return of(
        program,
        () -> {
          long end = System.nanoTime() + time.toNanos();
          double now = begin;
          do {
            now = more(teller, told, now);
          } while (System.nanoTime() - end < 0);
          return now - begin;
        });
  }

  /** Waits until more than {@code before} operations are told. */
  private static double more(ProgramJvm teller, ToDoubleFunction<String> told, double before)
      throws InterruptedException {
    String output = teller.awaitOutput(text -> told.applyAsDouble(text) > before);
    return told.applyAsDouble(output);
  }

  /** Operations in a second. */
  double rate() {
    return operations * 1e9 / time.toNanos();
  }

  /** Time of processors for an operation, in nanoseconds. */
  double nanosEach() {
    return processorTime.toNanos() / operations;
  }
}
