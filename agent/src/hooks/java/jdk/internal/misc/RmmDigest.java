package jdk.internal.misc;

/**
 * What the hook classes of this process were made from. They stay when their agent has ended, and
 * an agent that comes later can use them only if its own would be the same.
 *
 * <p>Read by agents of all versions, so this class is the one that must never change.
 */
public final class RmmDigest {

  /** A digest of the class files of all of them; 0 if they were not defined yet. */
  public static long value;

  private RmmDigest() {}
}
