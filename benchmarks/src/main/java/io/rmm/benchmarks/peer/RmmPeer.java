package io.rmm.benchmarks.peer;

import io.rmm.allocator.Block;
import io.rmm.allocator.MemoryManager;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/**
 * RMM in standard mode.
 *
 * <p>As it ships, its views (events, beans) are attached and a recording with default.jfc and
 * rmm.jfc is under way; that is what is called {@code rmm} everywhere. Bare, it has neither.
 */
public final class RmmPeer extends Peer {

  private final @Nullable RunningRecording recording;
  private final MemoryManager manager;

  /**
   * @param views whether to attach views and start the recording
   */
  public RmmPeer(boolean views) {
    this.recording = views ? new RunningRecording() : null;
    if (recording != null) {
      recording.start();
    }
    this.manager = MemoryManager.builder().name("benchmark").discoverViews(views).build();
    manager.awaitViews();
  }

  private RmmPeer(MemoryManager manager) {
    this.recording = null;
    this.manager = manager;
  }

  /** Returns RMM as it ships, for a process whose recording somebody else has started. */
  public static RmmPeer unrecorded() {
    return new RmmPeer(MemoryManager.builder().name("benchmark").build());
  }

  /** Returns the manager itself. */
  public MemoryManager manager() {
    return manager;
  }

  @Override
  public long pair(int size) {
    try (Block block = manager.allocate(size)) {
      block.segment().set(ValueLayout.JAVA_LONG, 0, 42);
      return block.id();
    }
  }

  @Override
  public Blocks blocks(int length) {
    return new Handles(manager, length);
  }

  @Override
  public OptionalLong committedBytes() {
    return OptionalLong.of(manager.snapshot().committedBytes());
  }

  /**
   * Ends RMM.
   *
   * @throws IllegalStateException if the workload has lost blocks: then it measured something else
   *     than it says
   */
  @Override
  public void close() {
    long lost = manager.snapshot().liveBlocks();
    manager.close();
    if (recording != null) {
      recording.close();
    }
    if (lost > 0) {
      throw new IllegalStateException("the workload has lost " + lost + " blocks");
    }
  }

  private static final class Handles extends HandleBlocks<Block> {

    private final MemoryManager manager;

    Handles(MemoryManager manager, int length) {
      super(length);
      this.manager = manager;
    }

    @Override
    Block allocate(int size) {
      return manager.allocate(size);
    }

    @Override
    void free(Block block) {
      block.close();
    }

    @Override
    void putLong(Block block, int offset, long value) {
      block.segment().set(ValueLayout.JAVA_LONG, offset, value);
    }

    @Override
    long getLong(Block block, int offset) {
      return block.segment().get(ValueLayout.JAVA_LONG, offset);
    }

    @Override
    void put(Block block, int offset, byte value) {
      block.segment().set(ValueLayout.JAVA_BYTE, offset, value);
    }

    @Override
    byte get(Block block, int offset) {
      return block.segment().get(ValueLayout.JAVA_BYTE, offset);
    }

    @Override
    MemorySegment segment(Block block) {
      return block.segment();
    }
  }
}
