package io.rmm.demo.redis;

import io.rmm.demo.cache.Entry;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * What a client may say after {@code SET key value}.
 *
 * @param onlyNew NX
 * @param onlyExisting XX
 * @param get GET
 * @param keepExpiry KEEPTTL
 * @param expiresAt from EX or PX: milliseconds since the epoch, or {@link Entry#NEVER}
 */
record SetOptions(
    boolean onlyNew, boolean onlyExisting, boolean get, boolean keepExpiry, long expiresAt) {

  /**
   * Reads the options of {@code request}.
   *
   * @param first the first argument that may be an option
   * @throws CommandException if they are no options, or contradict each other
   */
  static SetOptions of(Request request, int first) throws CommandException {
    boolean onlyNew = false;
    boolean onlyExisting = false;
    boolean get = false;
    boolean keepExpiry = false;
    boolean expiry = false;
    long expiresAt = Entry.NEVER;
    for (int i = first; i < request.size(); i++) {
      switch (request.option(i)) {
        case "NX" -> onlyNew = true;
        case "XX" -> onlyExisting = true;
        case "GET" -> get = true;
        case "KEEPTTL" -> keepExpiry = true;
        case "EX", "PX" -> {
          if (expiry || i + 1 == request.size()) {
            throw CommandException.syntaxError();
          }
          expiry = true;
          TimeUnit unit = request.option(i).equals("EX") ? TimeUnit.SECONDS : TimeUnit.MILLISECONDS;
          expiresAt = Expiry.afterPositive(request.integer(++i), unit, "set");
        }
        default -> throw CommandException.syntaxError();
      }
    }
    if ((onlyNew && onlyExisting) || (expiry && keepExpiry)) {
      throw CommandException.syntaxError();
    }
    return new SetOptions(onlyNew, onlyExisting, get, keepExpiry, expiresAt);
  }

  /** Tells whether nothing needs to be known of what the key stood for before. */
  boolean isUnconditional() {
    return !onlyNew && !onlyExisting && !get && !keepExpiry;
  }

  /** Tells whether the value may be set where the key does, or does not, exist. */
  boolean permits(boolean exists) {
    return exists ? !onlyNew : !onlyExisting;
  }

  /** Returns when the new value expires, in the place of {@code before}. */
  long expiresAtAfter(@Nullable Entry before) {
    return keepExpiry && before != null ? before.expiresAt() : expiresAt;
  }
}
