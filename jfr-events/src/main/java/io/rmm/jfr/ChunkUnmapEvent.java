package io.rmm.jfr;

import io.rmm.allocator.ChunkEvent;
import io.rmm.allocator.MemoryListener;
import io.rmm.allocator.signal.EventNames;
import jdk.jfr.Description;
import jdk.jfr.Label;
import jdk.jfr.Name;

/** A chunk gave its memory back. */
@Name(EventNames.CHUNK_UNMAP)
@Label("Chunk Unmap")
@Description("A chunk gave its memory back to the operating system")
final class ChunkUnmapEvent extends ChunkMemoryEvent {

  static MemoryListener listener(String manager) {
    return listener(manager, ChunkEvent.Kind.UNMAP, ChunkUnmapEvent::new);
  }
}
