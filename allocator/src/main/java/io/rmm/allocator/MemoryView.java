package io.rmm.allocator;

/**
 * Shows what a {@link MemorySource} knows in some other system, for example Flight Recorder.
 *
 * <p>Views that are registered as services ({@link java.util.ServiceLoader}) are attached to every
 * manager that is built; others are attached by {@link MemoryManager.Builder#view(MemoryView)}.
 */
public interface MemoryView {

  /**
   * Begins to show {@code source}.
   *
   * @return what ends it again; the source closes it when it is closed itself
   */
  AutoCloseable attach(MemorySource source);
}
