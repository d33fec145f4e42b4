package io.rmm.allocator;

/**
 * Is told of what happens in a {@link MemorySource}.
 *
 * <p>Methods are called by the thread in which the event happens, or for what the source's clock
 * finds (leaks, chunks) by a thread of the source's own, outside every lock of the source, and
 * never while another call to any listener is under way in the same thread: what a listener itself
 * does with memory is not reported to listeners. An exception is caught. A listener that fails 100
 * times in a row, or that takes more than 1 ms on average over 1,000 calls, is dropped, with one
 * line in the log.
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

  /** A pool's setting was changed, or deliberately left, by a tuner. */
  default void onTuning(TuningDecision decision) {}
}
