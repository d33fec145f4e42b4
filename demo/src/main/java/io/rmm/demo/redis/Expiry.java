package io.rmm.demo.redis;

import java.util.concurrent.TimeUnit;

/** Expiry times as clients give them. */
final class Expiry {

  private Expiry() {}

  /**
   * Returns the time {@code amount} from now, in milliseconds since the epoch. It may have passed.
   *
   * @param command the command to be named in an error
   * @throws CommandException if it is out of range
   */
  static long after(long amount, TimeUnit unit, String command) throws CommandException {
    long now = System.currentTimeMillis();
    long millis = unit.toMillis(amount); // saturates
    if (millis > Long.MAX_VALUE - now || millis == Long.MIN_VALUE) {
      throw invalid(command);
    }
    return now + millis;
  }

  /** As {@link #after}, for commands that refuse a time that is not in the future. */
  static long afterPositive(long amount, TimeUnit unit, String command) throws CommandException {
    if (amount <= 0) {
      throw invalid(command);
    }
    return after(amount, unit, command);
  }

  private static CommandException invalid(String command) {
    return new CommandException("ERR invalid expire time in '%s' command".formatted(command));
  }
}
