package io.rmm.allocator.heap;

import io.rmm.allocator.ChunkEvent;

/** Is told by the pool what it did, under the pool's lock: must only note it down. */
public interface ChunkEvents {

  /** Notes an event, to be told to listeners outside every lock. */
  void add(ChunkEvent event);

  /** Notes that the operating system refused to take memory back. */
  void failed(RuntimeException cause);
}
