package io.rmm.jmx;

/**
 * What one source can be asked to do, under {@code io.rmm:type=Control,manager=name}. The bean is
 * there only if the system property {@code rmm.control.enabled} is {@code true} when the source
 * begins.
 *
 * <p>Each use, done or refused, is told as the event {@code rmm.ControlAction} with the principal
 * that the connection has authenticated, and stands in the log. No operation takes a path, an
 * address or the name of a class, and none frees a block. What a source cannot do is refused with
 * an exception of the JDK's own, which any client can read.
 *
 * <p>Two operations return what was set before: without that, JMX would take them for the setters
 * of attributes.
 */
@Description("What a memory manager can be asked to do; each use is told as an event")
public interface ControlMXBean {

  /**
   * Gives idle memory back.
   *
   * @throws UnsupportedOperationException if the source is not a memory manager
   */
  @Description("Give all memory that no live block needs back to the operating system now")
  @Impact("Medium: what comes next may have to take memory from the operating system again")
  void purge();

  /**
   * Sets the limits of a budget.
   *
   * @throws IllegalArgumentException if there is no such budget, or unless {@code 0 <= minimum <=
   *     soft <= hard} and {@code hard >= 1}
   * @throws UnsupportedOperationException if the source is not a memory manager
   */
  @Description("Set the limits of a budget; 2^63 - 1 for no limit")
  @Impact("High: allocations beyond the hard limit are refused")
  void setBudgetLimits(
      @Argument(name = "budget", description = "Path of the budget, for example root/cache")
          String budget,
      @Argument(name = "minimum", description = "Guaranteed bytes") long minimum,
      @Argument(name = "soft", description = "Bytes from which there is pressure") long soft,
      @Argument(name = "hard", description = "Bytes that are never exceeded") long hard);

  /**
   * Sets the usage threshold of a budget, as its own bean's attribute does.
   *
   * @throws IllegalArgumentException if there is no such budget, or if the threshold is negative or
   *     above the budget's hard limit
   */
  @Description("Set the bytes at which a budget sends a notification; 0 for none")
  @Impact("Low: nothing but notifications depends on it")
  void setUsageThreshold(
      @Argument(name = "budget", description = "Path of the budget, for example root/cache")
          String budget,
      @Argument(name = "bytes", description = "The threshold in bytes, or 0") long bytes);

  /**
   * Sets the mean number of bytes between two observed blocks.
   *
   * @return the mean that was set before
   * @throws IllegalArgumentException unless {@code bytes} is from 4 KiB to 1 GiB
   * @throws IllegalStateException if every block is observed
   * @throws UnsupportedOperationException if the source is not a memory manager
   */
  @Description(
      "Set the mean bytes between two observed blocks, from 4 KiB to 1 GiB; a thread goes by it"
          + " from its next observation on")
  @Impact("Medium: an observation costs 3 us; beyond 100 a second the mean rises by itself")
  long setSampling(
      @Argument(name = "bytes", description = "Mean bytes between two observed blocks") long bytes);

  /**
   * Sets what the tuner may do.
   *
   * @return the mode before
   * @throws IllegalArgumentException if there is no such mode
   * @throws IllegalStateException if there is no tuner
   * @throws UnsupportedOperationException if the source is not a memory manager
   */
  @Description("Set what the tuner may do")
  @Impact("Medium: in mode APPLY the tuner changes how much idle memory is kept")
  String setTuningMode(@Argument(name = "mode", description = "OFF, ADVISE or APPLY") String mode);

  /**
   * Returns the estimated bytes by site.
   *
   * @throws IllegalArgumentException if there is no such kind
   */
  @Description("Return the estimated bytes by site, 2,000 rows at most, the largest first")
  @Impact(value = "Low: some milliseconds, and some MiB of Java heap", changesState = false)
  ProfileDump dumpProfile(
      @Argument(name = "kind", description = "live, or allocated for all blocks so far")
          String kind);
}
