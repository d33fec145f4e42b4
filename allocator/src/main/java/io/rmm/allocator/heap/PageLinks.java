package io.rmm.allocator.heap;

import org.jspecify.annotations.Nullable;

/**
 * What the owner writes of a {@link Page}, and the space that keeps it apart from what other
 * threads read there when they free a slot: a page moves from list to list all the time, and each
 * move would cost the next remote free of each of its slots the transfer of a cache line.
 */
abstract class PageLinks extends PageLinksFields {

  // One cache line. The JVM keeps the fields of a superclass before those of its subclasses, but
  // for
  // holes, which it fills with the latter: these leave none.
  @SuppressWarnings("unused")
  private int p00, p01, p02, p03, p04, p05, p06, p07, p08, p09, p10, p11, p12, p13, p14, p15;
  @SuppressWarnings("unused")
  private byte b0, b1, b2;
}

/** See {@link PageLinks}. */
abstract class PageLinksFields {

  /** Whether the owner has put this page aside because it found no free slot. */
  boolean full;

  /** Whether the slices went back to the pool. */
  boolean dead;

  /** Where the owner's list of pages has this one. */
  int index;

  /** The neighbours in the bin's list of partial pages. */
  @Nullable Page next;

  @Nullable Page previous;

  /** Whether the page waits among those that {@link HeapPages} noted as empty. */
  boolean notedAsEmpty;

  @Nullable Page nextNoted;

  /** The next page of the bin's queue of remotely freed pages. */
  @Nullable Page nextRemote;
}
