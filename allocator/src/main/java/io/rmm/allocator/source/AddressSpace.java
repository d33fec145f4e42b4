package io.rmm.allocator.source;

import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/**
 * The process's reserved address range, shared by all memory managers.
 *
 * <p>Address space is taken from the operating system in large steps and handed out in order, so
 * that neighbouring extents of all managers fall into few mappings (a process may have 65,530). It
 * is never given back: a stale view of it may exist for ever, and an access to an address that is
 * no longer mapped, or mapped by somebody else, would kill or corrupt the process. With 47 bits of
 * addresses, a terabyte of managers opened and closed is under one percent of what there is.
 *
 * <p><b>What is too much.</b> Memory that is never touched costs nothing, and an extent larger than
 * the machine's memory is legal. But address space is used up by it for good, and a process that
 * has none left cannot even load a library. So extents larger than a step are handed out only while
 * no more than half of all addresses are reserved with them; the other half is for smaller ones,
 * and for the rest of the process. A larger one is refused before anything has changed.
 *
 * <p>Where a step is refused, as under {@code ulimit -v}, half of it is tried, down to what is
 * needed now.
 */
final class AddressSpace {

  /** One step. Costs page tables only where touched; 64 GiB hold most processes' whole life. */
  static final long STEP_BYTES = 64L << 30;

  /** Half of the addresses that x86-64, and AArch64 with four levels of pages, give a process. */
  static final long MOST_FOR_LARGE_BYTES = 1L << 46;

  /** What was taken from the operating system at a time. */
  private record Step(long start, long end) {}

  private final MountedLock lock = new MountedLock();
  private final SystemCalls calls;
  private final long stepBytes;
  private final List<Step> steps = new CopyOnWriteArrayList<>();
  private long reserved;
  private long next;
  private long end;

  AddressSpace(SystemCalls calls, long stepBytes) {
    this.calls = calls;
    this.stepBytes = stepBytes;
  }

  /**
   * Hands out address space.
   *
   * @param bytes how much, a multiple of the operating system's page size
   * @param alignment a power of two, at least that page size
   * @throws SystemCallException if there is none left
   * @throws NoAddressSpaceException if it would leave too little
   */
  long take(long bytes, long alignment) {
    lock.lock();
    try {
      long start = alignUp(next, alignment);
      if (next == 0 || start < next || end - start < bytes) {
        grow(Math.addExact(bytes, alignment));
        start = alignUp(next, alignment);
      }
      next = start + bytes;
      return start;
    } finally {
      lock.unlock();
    }
  }

  /** Tells whether an address is in the range, handed out or not; takes no lock. */
  boolean contains(long address) {
    for (Step step : steps) {
      if (address >= step.start && address < step.end) {
        return true;
      }
    }
    return false;
  }

  private void grow(long needed) {
    if (needed > STEP_BYTES && needed > MOST_FOR_LARGE_BYTES - reserved) {
      throw new NoAddressSpaceException(
          "to reserve "
              + needed
              + " bytes would leave the process too little address space: it has reserved "
              + reserved
              + " bytes, and more than "
              + MOST_FOR_LARGE_BYTES
              + " are not to be had by what needs more than "
              + STEP_BYTES
              + " at once");
    }
    long step = Math.max(stepBytes, needed);
    while (true) {
      try {
        long start = calls.reserve(step);
        next = start;
        end = start + step;
        reserved += step;
        steps.add(new Step(start, end));
        return;
      } catch (SystemCallException e) {
        if (step == needed) {
          throw e;
        }
        step = Math.max(needed, step / 2);
      }
    }
  }

  private static long alignUp(long value, long alignment) {
    return (value + alignment - 1) & -alignment;
  }
}
