package io.rmm.jmx;

import java.util.List;
import java.util.Map;

/**
 * Where the resident memory of this process goes, beside the limit of its container, under {@code
 * io.rmm:type=NativeMemoryLedger}. There is one for the process while it has a memory manager.
 *
 * <p>All but the container's figures come from one sample, whose time {@code SampleTime} tells. A
 * read gets the latest, some seconds old, at once; the first read, and one after minutes without
 * any, waits for a new one, a second at the most. {@code ResidentBytes = ExplainedBytes +
 * UnexplainedBytes}, and the lines add up to {@code ResidentBytes}; none is below zero.
 */
@Description("Where the resident memory of the process goes")
public interface NativeMemoryLedgerMXBean {

  @Description("Bytes of the process that are in memory; -1 if the system does not tell")
  @Measure(units = "bytes", type = Measure.GAUGE)
  long getResidentBytes();

  @Description(
      "Bytes of these of which it is known what they are for; -1 if the system does not tell")
  @Measure(units = "bytes", type = Measure.GAUGE)
  long getExplainedBytes();

  @Description("Resident bytes that nobody accounts for; -1 if the system does not tell")
  @Measure(units = "bytes", type = Measure.GAUGE)
  long getUnexplainedBytes();

  @Description("What the resident bytes are for, in bytes; they add up to ResidentBytes")
  List<LedgerLine> getLines();

  @Description("Bytes that each memory manager of the process has committed")
  Map<String, Long> getManagers();

  @Description(
      "Lowest memory limit of the process's control group and those above it; 2^63 - 1 for none")
  @Measure(units = "bytes", type = Measure.GAUGE)
  long getContainerLimit();

  @Description(
      "Bytes that count against the limit of the process's own control group; -1 if unknown")
  @Measure(units = "bytes", type = Measure.GAUGE)
  long getContainerUsage();

  @Description(
      "Bytes that are left up to a limit, whichever is nearest, when file contents not used of late"
          + " are let go of; 2^63 - 1 for no limit, -1 if unknown")
  @Measure(units = "bytes", type = Measure.GAUGE)
  long getHeadroom();

  @Description("What could not be found out or told apart, and what helps")
  List<String> getNotes();

  @Description("When the sample was taken, since 1970")
  @Measure(units = "milliseconds", type = Measure.GAUGE)
  long getSampleTime();

  @Description("How long it took to take the sample")
  @Measure(units = "nanoseconds", type = Measure.GAUGE)
  long getSampleDuration();
}
