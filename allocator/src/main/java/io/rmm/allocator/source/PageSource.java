package io.rmm.allocator.source;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import org.jspecify.annotations.Nullable;

/** Where extents come from. Safe for use by several threads. */
public interface PageSource {

  /** Returns the name by which settings and events call this source. */
  String name();

  /** Tells whether memory comes when an extent is touched, and not all at once. */
  boolean isLazy();

  /**
   * Tells whether memory comes in huge pages: then the first touch of an aligned 2 MiB makes all of
   * it resident, and to discard a part would split the page that backs the rest.
   */
  default boolean hasHugePages() {
    return false;
  }

  /** Tells whether {@link #inScope} works: it needs native access, which a process may deny. */
  boolean canChangeScope();

  /**
   * Returns {@code segment} as one that dies with {@code arena}.
   *
   * @throws UnsupportedOperationException unless {@link #canChangeScope()}
   * @throws IllegalStateException if {@code arena} is closed
   * @throws WrongThreadException if {@code arena} is another thread's
   */
  MemorySegment inScope(MemorySegment segment, Arena arena);

  /**
   * Hands out an extent of exactly {@code bytes}.
   *
   * @param bytes a multiple of 4,096
   * @param alignment a power of two, 4,096 or more
   * @throws SystemCallException if the operating system has no more
   * @throws OutOfMemoryError if the JDK has no more
   * @throws NoAddressSpaceException if it would leave the process too little address space
   */
  Extent map(long bytes, long alignment);

  /**
   * Tells whether {@code address} lies in address space that this source has reserved, be it handed
   * out or not. A source that reserves none says no to every address.
   */
  default boolean reserves(long address) {
    return false;
  }

  /** Returns what memory between guard pages is made of, always the same; null if it cannot be. */
  default @Nullable GuardPages guardPages() {
    return null;
  }

  /**
   * Returns the process's memory mappings if it is for want of them that {@link #map} fails now,
   * and null if it is not, or not known. Slow, and for use outside every lock.
   */
  default @Nullable Mappings exhaustedMappings() {
    return null;
  }
}
