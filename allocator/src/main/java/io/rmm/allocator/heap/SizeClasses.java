package io.rmm.allocator.heap;

/**
 * The slot sizes: which there are, which one serves a request, and how large their pages are.
 *
 * <p>Small classes, up to 64 KiB: every 16 bytes up to 128, then four per doubling, which bounds
 * the waste to a fifth of the slot; and 2^k + 16 besides, so that a power of two, the commonest of
 * all requests, has room for a canary without falling into the next quarter. Many slots share a
 * page.
 *
 * <p>Large classes, up to 2 MiB: four per doubling in whole slices. Their pages have one slot, so
 * that a large block takes the same path as a small one. What is larger still is <em>huge</em> and
 * has a chunk of its own.
 *
 * <p>A request finds its class by one look into a table of a byte for every 8 bytes of request (8
 * KiB, of which a program uses a few lines); computing it from leading zeros was no faster and
 * could not have the 2^k + 16 classes.
 */
public final class SizeClasses {

  /** The largest request that is not absurd: half of the addresses that x86-64 gives a process. */
  public static final long MAX_BYTE_SIZE = 1L << 46;

  /** All slots start at multiples of this, in bytes: enough for every Java primitive and vector. */
  public static final int GRANULE = 16;

  /** log2 of the bytes of request that an entry of {@link #SMALL_INDEX} stands for. */
  private static final int STEP_SHIFT = 3;

  private static final int MAX_SMALL = (64 << 10) + GRANULE;

  /** Slots that a page of small slots should at least have: wastes 6 % of it at the worst. */
  private static final int MIN_SLOTS = 16;

  /** A page of small slots has at most this many slices: a quarter of a chunk. */
  private static final int MAX_SMALL_PAGE_SLICES = 16;

  private static final int[] SLOT_BYTES = slotSizes();
  private static final int[] PAGE_SLICES = pageSlices();

  /** A canary takes one step, so that room for it is a matter of looking one entry further. */
  private static final byte[] SMALL_INDEX = smallIndex();

  private static final byte[] LARGE_INDEX = largeIndex();

  /** The first of the classes whose pages have one slot; all above it are such too. */
  static final int FIRST_LARGE = SMALL_INDEX[SMALL_INDEX.length - 1] + 1;

  /** The number of classes. */
  public static final int COUNT = SLOT_BYTES.length;

  /** Stands for all requests that no class serves: huge ones, and those that are no size at all. */
  public static final int HUGE = COUNT;

  private SizeClasses() {}

  /**
   * Returns the class that serves {@code byteSize}, or {@link #HUGE}, also if it is negative.
   *
   * @param canaries how many canaries slots are to have room for besides: 0 or 1. Small classes
   *     always have it. Large ones have it if the request leaves it, since the next class would
   *     cost up to a quarter more memory.
   */
  public static int of(long byteSize, int canaries) {
    // One comparison leaves out what is too large, and 0 and less besides.
    long step = ((byteSize - 1) >>> STEP_SHIFT) + canaries;
    return step < SMALL_INDEX.length ? SMALL_INDEX[(int) step] : ofUnusual(byteSize);
  }

  private static int ofUnusual(long byteSize) {
    return byteSize == 0 ? 0 : ofLarge(byteSize);
  }

  private static int ofLarge(long byteSize) {
    return byteSize < 0 || byteSize > Chunk.BYTES
        ? HUGE
        : LARGE_INDEX[(int) ((byteSize + Chunk.SLICE_BYTES - 1) >>> Chunk.SLICE_SHIFT)];
  }

  /**
   * Returns the smallest class whose slots hold {@code byteSize} and all start at a multiple of
   * {@code byteAlignment}, or {@link #HUGE} if there is none.
   *
   * @param canaries as in {@link #of}
   */
  public static int aligned(long byteSize, long byteAlignment, int canaries) {
    if (byteAlignment > Chunk.SLICE_BYTES) {
      return HUGE;
    }
    int index = of(byteSize, canaries);
    while (index < HUGE && SLOT_BYTES[index] % byteAlignment != 0) {
      index++;
    }
    return index;
  }

  /** Returns the bytes of a slot of class {@code index}. */
  public static int slotBytes(int index) {
    return SLOT_BYTES[index];
  }

  /** Returns the slices of a page of class {@code index}. */
  static int pageSlices(int index) {
    return PAGE_SLICES[index];
  }

  /** Returns the bytes of a page of class {@code index}. */
  static long pageBytes(int index) {
    return (long) PAGE_SLICES[index] << Chunk.SLICE_SHIFT;
  }

  /** Returns the slots of a page of class {@code index}. */
  static int slots(int index) {
    return isLarge(index) ? 1 : Math.toIntExact(pageBytes(index) / SLOT_BYTES[index]);
  }

  /** Tells whether pages of class {@code index} have one slot. */
  static boolean isLarge(int index) {
    return SLOT_BYTES[index] > MAX_SMALL;
  }

  /** Tells whether pages of class {@code index}, which may be {@link #HUGE}, have one slot. */
  static boolean isLargeOrHuge(int index) {
    return index == HUGE || isLarge(index);
  }

  private static int[] slotSizes() {
    int[] sizes = new int[128];
    int count = 0;
    for (int size = GRANULE; size <= 128; size += GRANULE) {
      sizes[count++] = size;
    }
    for (int base = 128; base < 64 << 10; base *= 2) {
      // From 128 on, base + 16 lies below the first quarter step.
      sizes[count++] = base + GRANULE;
      for (int quarter = 1; quarter <= 4; quarter++) {
        sizes[count++] = base + quarter * (base / 4);
      }
    }
    sizes[count++] = MAX_SMALL;
    for (int base = 64 << 10; base < Chunk.BYTES; base *= 2) {
      int step = Math.max(Chunk.SLICE_BYTES, base / 4);
      for (int size = base + step; size <= 2 * base; size += step) {
        sizes[count++] = size;
      }
    }
    return java.util.Arrays.copyOf(sizes, count);
  }

  private static int[] pageSlices() {
    int[] slices = new int[SLOT_BYTES.length];
    for (int i = 0; i < slices.length; i++) {
      int slot = SLOT_BYTES[i];
      int pages = 1;
      if (slot > MAX_SMALL) {
        pages = slot / Chunk.SLICE_BYTES;
      } else {
        while (pages < MAX_SMALL_PAGE_SLICES && (pages * Chunk.SLICE_BYTES) / slot < MIN_SLOTS) {
          pages *= 2;
        }
      }
      slices[i] = pages;
    }
    return slices;
  }

  private static byte[] smallIndex() {
    byte[] index = new byte[MAX_SMALL >> STEP_SHIFT];
    int sizeClass = 0;
    for (int i = 0; i < index.length; i++) {
      while (SLOT_BYTES[sizeClass] < (i + 1) << STEP_SHIFT) {
        sizeClass++;
      }
      index[i] = (byte) sizeClass;
    }
    return index;
  }

  private static byte[] largeIndex() {
    byte[] index = new byte[Chunk.SLICES + 1];
    int sizeClass = SMALL_INDEX[SMALL_INDEX.length - 1] + 1;
    for (int i = 0; i < index.length; i++) {
      while (SLOT_BYTES[sizeClass] < i << Chunk.SLICE_SHIFT) {
        sizeClass++;
      }
      index[i] = (byte) sizeClass;
    }
    return index;
  }
}
