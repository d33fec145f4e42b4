package io.rmm.allocator;

/**
 * The three limits of a {@link Budget}, in bytes of used memory.
 *
 * <p>{@code minimum} is what the budget may always have (a guarantee that an advisor must not go
 * below), {@code soft} is where pressure begins, {@code hard} is what the budget can never exceed:
 * an allocation that would pass it is refused. {@link Long#MAX_VALUE} stands for "no limit".
 *
 * <pre>{@code
 * BudgetLimits limits = BudgetLimits.hard(256L << 20);          // 256 MiB, pressure from 80 %
 * BudgetLimits three = new BudgetLimits(16L << 20, 200L << 20, 256L << 20);
 * }</pre>
 *
 * @param minimum guaranteed bytes, from 0 to {@code soft}
 * @param soft bytes from which the budget counts as under pressure, from {@code minimum} to {@code
 *     hard}
 * @param hard bytes that are never exceeded, 1 or more
 */
public record BudgetLimits(long minimum, long soft, long hard) {

  private static final BudgetLimits UNLIMITED = new BudgetLimits(0, Long.MAX_VALUE, Long.MAX_VALUE);

  /**
   * Checks the order of the limits.
   *
   * @throws IllegalArgumentException unless {@code 0 <= minimum <= soft <= hard} and {@code hard >=
   *     1}
   */
  public BudgetLimits {
    if (minimum < 0 || soft < minimum || hard < soft || hard < 1) {
      throw new IllegalArgumentException(
          "limits must satisfy 0 <= minimum <= soft <= hard and hard >= 1, but are minimum="
              + minimum
              + " soft="
              + soft
              + " hard="
              + hard);
    }
  }

  /** Returns limits that refuse nothing. */
  public static BudgetLimits unlimited() {
    return UNLIMITED;
  }

  /**
   * Returns limits without a guarantee, with pressure from four fifths of {@code bytes}, and
   * refusal above {@code bytes}.
   *
   * @param bytes the hard limit, 1 or more
   * @throws IllegalArgumentException if {@code bytes} is less than 1
   */
  public static BudgetLimits hard(long bytes) {
    return new BudgetLimits(0, Math.max(0, bytes - bytes / 5), bytes);
  }

  /** Tells whether a hard limit is set. */
  public boolean isLimited() {
    return hard != Long.MAX_VALUE;
  }
}
