package io.rmm.demo.cache;

/**
 * What a key stands for at one moment: a value, and when it expires.
 *
 * <p>Entries never change; a change is a new entry put in the place of the old one by {@link
 * Database#replace}, which compares identity. That makes every command an atomic step without a
 * lock, however long its value takes to allocate and fill.
 */
public final class Entry {

  /** The expiry time of what does not expire. */
  public static final long NEVER = 0;

  private final Value value;
  private final long expiresAt;

  /**
   * Makes an entry.
   *
   * @param value the value, held by the entry
   * @param expiresAt milliseconds since the epoch, or {@link #NEVER}
   */
  Entry(Value value, long expiresAt) {
    this.value = value;
    this.expiresAt = expiresAt;
  }

  /** Returns the value. It may be gone at any time unless the caller holds it. */
  public Value value() {
    return value;
  }

  /** Returns milliseconds since the epoch, or {@link #NEVER}. */
  public long expiresAt() {
    return expiresAt;
  }

  boolean expires() {
    return expiresAt != NEVER;
  }

  boolean isExpired(long nowMillis) {
    return expiresAt != NEVER && expiresAt <= nowMillis;
  }
}
