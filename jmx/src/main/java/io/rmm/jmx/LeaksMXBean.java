package io.rmm.jmx;

import java.util.List;

/**
 * The observed blocks of one source, under {@code io.rmm:type=Leaks,manager=name}: who holds
 * memory, and which of it nobody can free any more.
 *
 * <p>A block is a suspect if the garbage collector has taken its handle although it was never
 * freed. Each is also sent as a notification of type {@code rmm.leak.suspected}, whose user data is
 * the composite data of a {@link LeakIncident}.
 */
@Description(
    "Observed blocks, those among them that nobody can free any more, and who holds memory")
public interface LeaksMXBean {

  @Description("Live blocks whose site and age are known")
  @Measure(units = "blocks", type = Measure.GAUGE)
  long getObserved();

  @Description("Observed blocks found so far that nobody can free any more")
  @Measure(units = "blocks", type = Measure.COUNTER)
  long getSuspectCount();

  @Description("Bytes that these stand for, estimated")
  @Measure(units = "bytes", type = Measure.GAUGE)
  long getSuspectBytes();

  @Description("The latest suspects, the most recent first, 64 at most")
  List<LeakIncident> getSuspects();

  @Description("Sites that hold most live bytes, the largest first, 20 at most; estimated")
  List<SiteRow> getTopSites();

  /**
   * Returns the whole profile, for a reader that makes a file for {@code pprof} or a flame graph of
   * it.
   *
   * <p>An operation and no attribute, since monitoring reads all attributes, some of it every
   * second, and this takes longer than all of them. It changes nothing, so it is here and not at
   * {@code Control}; still, the JDK lets a role that may only read call no operation at all. Such a
   * role has {@code TopSites}. Who attaches locally may call it.
   */
  @Description(
      "Return what each site holds and has taken, told apart by budget and size; estimated")
  @Impact(
      value = "Low: some milliseconds and 1 MiB of Java heap for a thousand sums",
      changesState = false)
  ProfileData profile();
}
