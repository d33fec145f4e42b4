package io.rmm.jfr;

import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * One of so many blocks, chosen by their ids: {@code 1/64} for one of 64.
 *
 * <p>By the hash of the id and not by lot, so that whoever asks about a block gets the same answer
 * each time; and by comparison with a bound and not by a remainder, so that the blocks of 1/64 are
 * among those of 1/8 whatever the numbers. What is recorded times the number estimates the whole.
 *
 * @param oneOf of how many blocks one is chosen, 1 or more
 */
record SampleRatio(long oneOf) {

  /** Every block. */
  static final SampleRatio ALL = new SampleRatio(1);

  /** Every hash is from 0 to this. */
  static final long LARGEST_HASH = Long.MAX_VALUE;

  /** Nine digits: more blocks than one in a billion are not worth a recording. */
  private static final Pattern TEXT = Pattern.compile("\\s*1\\s*(?:/\\s*([1-9][0-9]{0,8})\\s*)?");

  /** Understands {@code 1/N}, and {@code 1} for {@code 1/1}. */
  static Optional<SampleRatio> parse(String text) {
    Matcher matcher = TEXT.matcher(text);
    if (!matcher.matches()) {
      return Optional.empty();
    }
    String number = matcher.group(1);
    return Optional.of(number == null ? ALL : new SampleRatio(Long.parseLong(number)));
  }

  /** Returns the largest {@link #hash} that is chosen. */
  long largestHash() {
    return oneOf == 1 ? LARGEST_HASH : Long.divideUnsigned(1L << 63, oneOf) - 1;
  }

  /**
   * Returns a number of 63 bits that each bit of {@code id} has a part in. Ids count up, a part of
   * their bits together, so that they have to be stirred well; this is the finaliser of SplitMix64
   * (variant 13 of D. Stafford, "Better Bit Mixing", 2011).
   */
  static long hash(long id) {
    long mixed = (id ^ (id >>> 30)) * 0xbf58476d1ce4e5b9L;
    mixed = (mixed ^ (mixed >>> 27)) * 0x94d049bb133111ebL;
    return (mixed ^ (mixed >>> 31)) >>> 1;
  }

  @Override
  public String toString() {
    return "1/" + oneOf;
  }
}
