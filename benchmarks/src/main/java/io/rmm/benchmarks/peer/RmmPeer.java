package io.rmm.benchmarks.peer;

import io.rmm.allocator.Block;
import io.rmm.allocator.MemoryManager;
import io.rmm.allocator.SafetyMode;
import io.rmm.allocator.signal.EventNames;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/**
 * RMM, in standard mode unless said otherwise.
 *
 * <p>As it ships, its views (events, beans) are attached, a recording with default.jfc and rmm.jfc
 * is under way and all beans are read once a second; that is what is called {@code rmm} everywhere.
 * Bare, it has none of this.
 */
public final class RmmPeer extends Peer {

  /** Who watches the manager. */
  public enum Watching {
    /** Nobody: no view, no recording. */
    NONE,
    /** Views, somebody who reads all beans once a second, and a recording with rmm.jfc. */
    AS_SHIPPED,
    /** The same, and the recording has the two events of every block. */
    TRACING
  }

  /** Of the blocks by which tracing is seen to be on. */
  private static final int TRACED_SIZE = 64;

  private final @Nullable RunningRecording recording;
  private final @Nullable BeanReading beans;
  private final MemoryManager manager;

  /** Makes one and starts what watches it. */
  public RmmPeer(Watching watching) {
    this(watching, MemoryManager.builder());
  }

  private RmmPeer(Watching watching, MemoryManager.Builder builder) {
    boolean views = watching != Watching.NONE;
    this.recording = views ? RunningRecording.asShipped() : null;
    if (recording != null) {
      recording.start();
    }
    this.manager = builder.name("benchmark").discoverViews(views).build();
    manager.awaitViews();
    this.beans = views ? new BeanReading() : null;
    if (recording != null && watching == Watching.TRACING) {
      recording.trace(EventNames.ALLOCATION, EventNames.FREE, () -> pair(TRACED_SIZE));
    }
  }

  private RmmPeer(MemoryManager manager) {
    this.recording = null;
    this.beans = null;
    this.manager = manager;
  }

  /** Makes RMM as it ships but for its mode, and starts what watches it. */
  static RmmPeer inMode(SafetyMode mode) {
    return new RmmPeer(Watching.AS_SHIPPED, MemoryManager.builder().safetyMode(mode));
  }

  /** As {@link #inMode}, without guarded blocks. */
  static RmmPeer unguarded(SafetyMode mode) {
    return new RmmPeer(
        Watching.AS_SHIPPED, MemoryManager.builder().safetyMode(mode).guardBudget(0));
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
    if (beans != null) {
      beans.close();
    }
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
