package io.rmm.agent;

import io.rmm.allocator.BudgetLimits;
import io.rmm.allocator.ExporterStatistics;
import io.rmm.allocator.MemoryListener;
import io.rmm.allocator.MemorySnapshot;
import io.rmm.allocator.MemorySource;
import io.rmm.allocator.MisuseAction;
import io.rmm.allocator.MisuseKind;
import io.rmm.allocator.SafetyMode;
import io.rmm.allocator.SiteProfile;
import io.rmm.allocator.observe.Exporters;
import io.rmm.allocator.observe.GrowthWatch;
import io.rmm.allocator.observe.Listeners;
import io.rmm.allocator.observe.MisuseDesk;
import io.rmm.allocator.observe.News;
import io.rmm.allocator.observe.Observer;
import io.rmm.allocator.observe.SampleMean;
import io.rmm.allocator.observe.Tracing;
import io.rmm.jmx.NativeEvidence;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import jdk.internal.misc.RmmCell;
import jdk.internal.misc.RmmProbe;

/**
 * The off-heap memory of the process that others have taken: a source that views show as they show
 * a memory manager. Its budgets are the kinds of memory.
 *
 * <p>What the hooks count is exact from the moment they are in place. What they sample is told by
 * site, estimated as RMM estimates its own. Of the ladder it knows one rung, the bytes that were
 * asked for; how much of it is resident the ledger tells, for the process as a whole.
 */
final class ForeignMemory implements MemorySource, NativeEvidence {

  /** Of freed memory: a second free is known by its address, which nothing else is known of. */
  private static final int REMEMBERED = 0;

  /**
   * Live samples that are kept, of some 200 bytes each: 1.6 MB. A site that holds a hundredth of
   * all has eighty of them, and is known to a fifth.
   */
  private static final int LIVE_SAMPLES = 8_192;

  private final Listeners listeners = new Listeners();
  private final News news = new News(listeners);

  /** Tells later, never in the thread that allocates: that may hold any lock of the JDK. */
  private final Observer observer =
      new Observer(news::add, new Tracing(listeners), news, REMEMBERED);

  private final MisuseDesk misuse =
      new MisuseDesk(
          observer,
          listeners,
          news,
          SafetyMode.STANDARD,
          Arrays.stream(MisuseKind.values())
              .collect(Collectors.toMap(kind -> kind, _ -> MisuseAction.REPORT)));

  private final Exporters exporters = new Exporters();
  private final GrowthWatch growth = new GrowthWatch();
  private final SharedArenaWatch sharedArenas = new SharedArenaWatch();
  private final SampleMean mean;
  private final long[] peaks = new long[MemoryKind.values().length];
  private final Map<String, String> configuration;
  private final BudgetLimits limits;
  private final Samples samples;
  private long peak;

  ForeignMemory(AgentOptions options, Map<String, String> configuration) {
    this.mean = new SampleMean(options.sampleInterval());
    this.limits = options.limits();
    this.configuration = configuration;
    this.samples = new Samples(observer, misuse, mean, news, sharedArenas);
  }

  /** Returns what the hooks tell of samples. */
  Samples samples() {
    return samples;
  }

  @Override
  public String name() {
    return "jvm";
  }

  @Override
  public MemorySnapshot snapshot() {
    long[] counts = RmmProbe.counts();
    notePeaks(counts);
    long[] sum = sum(counts);
    long live = sum[RmmCell.TOOK_BYTES] - sum[RmmCell.GAVE_BYTES];
    MemorySnapshot.Builder snapshot =
        MemorySnapshot.builder()
            .ladder(live, live, live, live, live)
            .flow(
                sum[RmmCell.TOOK],
                sum[RmmCell.GAVE],
                sum[RmmCell.TOOK_BYTES],
                sum[RmmCell.GAVE_BYTES])
            .peakUsedBytes(peak)
            .rejections(samples.refusals())
            .openArenas(openShared())
            .droppedListeners(listeners.dropped());
    observer.read(snapshot);
    misuse.read(snapshot);
    snapshot.budget(usage(MemoryKind.ROOT, sum, 0, peak, limits, samples.refusals()));
    for (MemoryKind kind : MemoryKind.values()) {
      int first = kind.number() * RmmCell.FIELDS;
      snapshot.budget(
          usage(kind.path(), counts, first, peaks[kind.number()], BudgetLimits.unlimited(), 0));
    }
    return snapshot.build();
  }

  /**
   * Those of before the agent came are counted when they close, so it may be too low. Of shared
   * arenas alone: for others the JDK has no place where a count would cost nothing.
   */
  private static long openShared() {
    long[] arenas = RmmProbe.sharedArenas();
    return Math.max(0, arenas[0] - arenas[1]);
  }

  private static MemorySnapshot.BudgetUsage usage(
      String path, long[] counts, int first, long peak, BudgetLimits limits, long rejections) {
    long used = live(counts, first);
    return new MemorySnapshot.BudgetUsage(
        path,
        used,
        peak,
        limits,
        counts[first + RmmCell.TOOK],
        counts[first + RmmCell.GAVE],
        counts[first + RmmCell.TOOK_BYTES],
        counts[first + RmmCell.GAVE_BYTES],
        used,
        rejections);
  }

  private static long live(long[] counts, int first) {
    return counts[first + RmmCell.TOOK_BYTES] - counts[first + RmmCell.GAVE_BYTES];
  }

  private static long[] sum(long[] counts) {
    long[] sum = new long[RmmCell.FIELDS];
    for (int i = 0; i < counts.length; i++) {
      sum[i % RmmCell.FIELDS] += counts[i];
    }
    return sum;
  }

  /** Peaks are of what is seen: four times a second, and whenever somebody looks. */
  private synchronized void notePeaks(long[] counts) {
    for (int kind = 0; kind < peaks.length; kind++) {
      peaks[kind] = Math.max(peaks[kind], live(counts, kind * RmmCell.FIELDS));
    }
    peak = Math.max(peak, live(sum(counts), 0));
  }

  @Override
  public SiteProfile profile() {
    return observer.profile(mean.bytes());
  }

  @Override
  public Map<String, String> configuration() {
    Map<String, String> now = new TreeMap<>(configuration);
    now.put("unknownFrees", Long.toString(RmmProbe.unknownFrees()));
    return now;
  }

  @Override
  public void tellBlocks(long leastBytes, int most, Blocks to) {
    long[] live = RmmProbe.located(leastBytes, most);
    for (int i = 0; i < live.length; i += 3) {
      to.add(MemoryKind.of((int) live[i]).path(), live[i + 1], live[i + 2]);
    }
  }

  @Override
  public long bytesFreeInMalloc() {
    return MallocStatistics.freeBytes();
  }

  @Override
  public void addListener(MemoryListener listener) {
    listeners.add(listener);
  }

  @Override
  public void removeListener(MemoryListener listener) {
    listeners.remove(listener);
  }

  @Override
  public void addExporter(Supplier<ExporterStatistics> exporter) {
    exporters.add(exporter);
  }

  @Override
  public void removeExporter(Supplier<ExporterStatistics> exporter) {
    exporters
        .remove(exporter)
        .ifPresent(last -> news.add(listener -> listener.onExporterEnd(last)));
  }

  @Override
  public List<ExporterStatistics> exporters() {
    return exporters.read();
  }

  /** What is done four times a second. */
  void tick() {
    notePeaks(RmmProbe.counts());
    samples.thinOut(LIVE_SAMPLES);
    observer.findUnreachable();
    if (sharedArenas.wantsSite()) {
      RmmProbe.sampleNextShared();
    }
    news.tellApart();
  }

  /** What is done once a second. */
  void endSecond() {
    mean.tick();
    RmmProbe.setMean(mean.bytes());
    long[] arenas = RmmProbe.sharedArenas();
    sharedArenas.endSecond(System.nanoTime(), arenas[1], arenas[2]).ifPresent(this::report);
  }

  private void report(SharedArenaWatch.Finding finding) {
    misuse.foundByClock(
        misuse
            .begin(MisuseKind.ARENA_CHURN)
            .budget(MemoryKind.SHARED_ARENA.path())
            .allocationSite(finding.site())
            .detail(finding.detail()),
        MisuseKind.ARENA_CHURN,
        0);
  }

  /** What is done at the end of each of {@link GrowthWatch}'s windows. */
  void endWindow() {
    growth.endWindow(profile()).forEach(suspect -> news.add(listener -> listener.onLeak(suspect)));
  }
}
