package io.rmm.benchmarks.scenario;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.rmm.benchmarks.peer.PeerKind;
import java.util.Map;
import java.util.Set;

/**
 * Runs one scenario: {@code SCENARIO PEER [NAME=VALUE ...]}; the last line that it prints is the
 * result, in JSON.
 */
public final class ScenarioMain {

  /** What the line with the result begins with. */
  public static final String RESULT = "RESULT ";

  static final Map<String, Scenario> SCENARIOS =
      Map.ofEntries(
          Map.entry("alloc-test", AllocTest::measure),
          Map.entry("burst", Burst::measure),
          Map.entry("cache-scratch", CacheScratch::measure),
          Map.entry("glibc-thread", GlibcThread::measure),
          Map.entry("larson", Larson::measure),
          Map.entry("latency", Latency::measure),
          Map.entry("mstress", MStress::measure),
          Map.entry("producers-consumers", ProducersAndConsumers::measure),
          Map.entry("replay", Replay::measure),
          Map.entry("rptest", RpTest::measure),
          Map.entry("sh8bench", Sh8Bench::measure),
          Map.entry("start", Start::measure),
          Map.entry("virtual-threads", VirtualThreads::measure));

  private ScenarioMain() {}

  /** Returns the names of all scenarios. */
  public static Set<String> names() {
    return SCENARIOS.keySet();
  }

  /** Runs, prints, and ends the JVM even if the peer has left threads behind. */
  public static void main(String[] arguments) throws Exception {
    Scenario scenario = SCENARIOS.get(arguments[0]);
    if (scenario == null) {
      throw new IllegalArgumentException("no scenario is called " + arguments[0]);
    }
    PeerKind kind =
        PeerKind.named(arguments[1])
            .orElseThrow(() -> new IllegalArgumentException("no peer is called " + arguments[1]));
    Map<String, Double> result = scenario.run(kind, Settings.parse(arguments, 2));
    System.out.println(RESULT + new ObjectMapper().writeValueAsString(result));
    System.exit(0);
  }
}
