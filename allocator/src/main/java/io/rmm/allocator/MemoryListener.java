package io.rmm.allocator;

/**
 * Is told of what happens in a {@link MemorySource}.
 *
 * <p>Methods are called by the thread in which the event happens, or for what the source's clock
 * finds, or is known in a lock or a hold only (leaks, chunks, pressure, slow allocations, closes of
 * deferred arenas) by a thread of the source's own; outside every lock of the source, and never
 * while another call to any listener is under way in the same thread: what a listener itself does
 * with memory is not reported to listeners. An exception is caught. A listener that fails 100 times
 * in a row, or that takes more than 1 ms on average over 1,000 calls, is dropped, with one line in
 * the log.
 */
public interface MemoryListener {

  /** A misuse was found. */
  default void onMisuse(MisuseReport report) {}

  /** An allocation was chosen by byte sampling. */
  default void onSample(AllocationSample sample) {}

  /** An observed block can no longer be freed by anybody. */
  default void onLeak(LeakSuspect suspect) {}

  /** An allocation was refused by a budget. */
  default void onRejection(AllocationRejection rejection) {}

  /** Memory was mapped from, or returned to, the operating system. */
  default void onChunk(ChunkEvent event) {}

  /** An allocation took {@value SlowAllocation#LEAST_NANOS} ns or more to find a slot. */
  default void onSlowAllocation(SlowAllocation allocation) {}

  /** An arena took {@value ArenaClose#LEAST_NANOS} ns or more to close. */
  default void onArenaClose(ArenaClose close) {}

  /** Memory got short, or is no longer. */
  default void onPressure(PressureChange change) {}

  /** A pool's setting was changed, or deliberately left, by a tuner. */
  default void onTuning(TuningDecision decision) {}

  /** A tuner has looked back at a decision that changed a setting. */
  default void onTuningOutcome(TuningOutcome outcome) {}

  /**
   * Something was asked of the source from outside the program; told whether it was done or not.
   */
  default void onControl(ControlAction action) {}

  /**
   * An exporter has ended. Nobody can ask it any more, so this is the last that is told of it.
   *
   * @param last what it has done in all
   */
  default void onExporterEnd(ExporterStatistics last) {}

  // ---- tracing ----

  /**
   * Tells whether this listener wants to be told of every block. It is asked a few times a second,
   * and tracing begins and ends some time after the answer has changed. While one listener traces,
   * every allocation leaves the fast path.
   */
  default boolean isTracing() {
    return false;
  }

  /**
   * A block was allocated. Told to tracing listeners only, of every block, so it must be quick; the
   * block is described by arguments for the same reason. No site is taken.
   *
   * @param blockId the block's id
   * @param budget the path of its budget
   * @param requestedBytes bytes asked for
   * @param blockBytes bytes of the slot
   */
  default void onAllocation(long blockId, String budget, long requestedBytes, long blockBytes) {}

  /**
   * A block whose allocation was traced was freed. Told to tracing listeners only.
   *
   * @param blockId the block's id
   * @param budget the path of its budget
   * @param blockBytes bytes of the slot
   * @param byOwner whether the thread that freed it is the one that it was allocated by
   * @param cause by which way it was freed
   */
  default void onFree(
      long blockId, String budget, long blockBytes, boolean byOwner, FreeCause cause) {}
}
