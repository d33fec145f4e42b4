package io.rmm.jfr;

import io.rmm.allocator.ChunkEvent;
import io.rmm.allocator.MemoryListener;
import io.rmm.allocator.signal.EventNames;
import jdk.jfr.Description;
import jdk.jfr.Label;
import jdk.jfr.Name;

/** A chunk got memory. */
@Name(EventNames.CHUNK_MAP)
@Label("Chunk Map")
@Description("A chunk got memory from the operating system")
final class ChunkMapEvent extends ChunkMemoryEvent {

  static MemoryListener listener(String manager) {
    return listener(manager, ChunkEvent.Kind.MAP, ChunkMapEvent::new);
  }
}
