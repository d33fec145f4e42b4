package jdk.internal.misc;

/**
 * What the agent does with the few allocations that are sampled, and those that are refused. It is
 * called in the frame of whoever allocates, so it must not call Flight Recorder nor code of the
 * program, nor wait.
 */
public abstract class RmmSink {

  /** Makes a sink. */
  protected RmmSink() {}

  /**
   * Begins to follow memory that was chosen by sampling.
   *
   * @param mean the mean bytes between two samples, of the distribution that chose it
   * @return what is to be handed to {@link #gave}; null if it is not followed
   */
  public abstract Object took(int kind, long bytes, long mean);

  /** Ends the following of memory. */
  public abstract void gave(Object sample);

  /** As {@link #took}, of memory that is found again by its address alone. */
  public abstract boolean tookAt(int kind, long address, long bytes, long mean);

  /** As {@link #gave}, of memory that {@link #tookAt} follows. */
  public abstract void gaveAt(long address);

  /** Notes that an address was freed that was freed before, and not taken again since. */
  public abstract void freedTwice(int kind, long address);

  /**
   * Notes where a shared arena was opened that was {@linkplain RmmProbe#sampleNextShared asked
   * for}.
   */
  public abstract void openedShared();

  /** Returns what an {@link OutOfMemoryError} says of memory that the limit refuses. */
  public abstract String refused(long bytes, long taken, long limit);
}
