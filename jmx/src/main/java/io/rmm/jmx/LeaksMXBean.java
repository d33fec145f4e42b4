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
  @Measure(units = "bytes", type = Measure.COUNTER)
  long getSuspectBytes();

  @Description("The latest suspects, the most recent first, 64 at most")
  List<LeakIncident> getSuspects();

  @Description("Sites that hold most live bytes, the largest first, 20 at most; estimated")
  List<SiteRow> getTopSites();

  @Description(
      "What each site holds and has taken, told apart by budget and size, 1,000 sums at most and"
          + " the rest as one; estimated")
  ProfileData getProfile();
}
