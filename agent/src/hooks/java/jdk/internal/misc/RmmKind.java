package jdk.internal.misc;

/**
 * The kinds of memory that are told apart, as numbers: an enumeration's values would have to be
 * looked up on the fast path.
 */
public final class RmmKind {

  /** {@code ByteBuffer.allocateDirect}. */
  public static final int DIRECT = 0;

  /** {@code Arena.ofConfined}. */
  public static final int CONFINED = 1;

  /** {@code Arena.ofShared}. */
  public static final int SHARED = 2;

  /** {@code Arena.ofAuto}. */
  public static final int AUTO = 3;

  /** {@code Arena.global}. */
  public static final int GLOBAL = 4;

  /** {@code sun.misc.Unsafe.allocateMemory}. */
  public static final int UNSAFE = 5;

  /** {@code FileChannel.map}. */
  public static final int MAPPED = 6;

  /** {@code malloc} and its like, by a downcall. */
  public static final int MALLOC = 7;

  /** {@code mmap} by a downcall. */
  public static final int MMAP = 8;

  /** How many there are. */
  public static final int COUNT = 9;

  private RmmKind() {}
}
