package io.rmm.benchmarks.scenario;

import static org.assertj.core.api.Assertions.assertThat;

import io.rmm.benchmarks.Metrics;
import io.rmm.benchmarks.Sizes;
import io.rmm.benchmarks.peer.PeerKind;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Runs scenarios for moments: the peer finds out if they lose a block, and RMM if they free one
 * twice or use one that is free.
 */
class ScenarioTest {

  @TempDir private Path folder;

  private static Map<String, Double> run(String scenario, String... settings) throws Exception {
    return ScenarioMain.SCENARIOS.get(scenario).run(PeerKind.RMM_BARE, Settings.parse(settings, 0));
  }

  @ParameterizedTest
  @CsvSource({
    "alloc-test, 2",
    "cache-scratch, 2",
    "glibc-thread, 2",
    "larson, 1",
    "larson, 3",
    "latency, 2",
    "mstress, 1",
    "mstress, 3",
    "rptest, 1",
    "rptest, 3",
    "sh8bench, 1",
    "sh8bench, 3"
  })
  void losesNoBlock(String scenario, int threads) throws Exception {
    assertThat(run(scenario, "threads=" + threads, "warmup=30", "measure=100"))
        .hasEntrySatisfying(Metrics.NANOS, nanos -> assertThat(nanos).isPositive())
        .hasEntrySatisfying(Metrics.RESIDENT, bytes -> assertThat(bytes).isPositive());
  }

  @ParameterizedTest
  @CsvSource({"1, 1", "2, 1", "1, 2"})
  void noBlockIsLostBetweenProducersAndConsumers(int producers, int consumers) throws Exception {
    Map<String, Double> result =
        run(
            "producers-consumers",
            "producers=" + producers,
            "consumers=" + consumers,
            "batch=16",
            "batches=8",
            "least=16",
            "most=4096",
            "warmup=30",
            "measure=100");
    assertThat(result.get(Metrics.NANOS)).isPositive();
  }

  @Test
  void aReplayTellsHowMuchIsHeldForWhatIsAskedFor() throws Exception {
    Path profile = folder.resolve("profile.csv");
    Files.writeString(profile, "1024, 10, 100\n65536, 1, 5\n");
    Map<String, Double> result =
        run("replay", "profile=" + profile, "least=1", "threads=2", "warmup=100", "measure=200");
    assertThat(result.get(Metrics.NANOS)).isPositive();
    // What is held is at least what is asked for.
    assertThat(result.get(Metrics.COMMITTED_BY_REQUESTED)).isBetween(1.0, 3.0);
  }

  @Test
  void aBurstEndsInSilence() throws Exception {
    Map<String, Double> result = run("burst", "threads=2", "buffers=50", "check=1", "silence=2");
    assertThat(result)
        .containsKeys(
            Metrics.COMMITTED_AFTER,
            Metrics.RESIDENT_AFTER,
            Metrics.RESIDENT_BY_ALLOWED,
            Metrics.SECOND_BY_WARM);
    assertThat(result.get(Metrics.WARM_P99)).isPositive();
  }

  @Test
  void virtualThreadsFreeWhatTheyAllocate() throws Exception {
    assertThat(run("virtual-threads", "threads=500", "warmups=1", "runs=3", "silence=1"))
        .containsKeys(Metrics.NANOS, Metrics.COMMITTED_AFTER);
  }

  @Test
  void theFirstBlockTakesTime() throws Exception {
    assertThat(run("start").get(Metrics.FIRST_BLOCK)).isPositive();
  }

  @Test
  void aFewSlotsAreMetFarMoreOftenThanOthers() {
    RandomGenerator random = Sizes.random(1);
    List<Integer> slots = new ArrayList<>();
    for (int i = 0; i < 50_000; i++) {
      slots.add(AllocTest.pareto(1 << 18, random));
    }
    assertThat(slots).allMatch(slot -> slot >= 0 && slot < 1 << 18);
    double firstFifth = slots.stream().filter(slot -> slot < (1 << 18) / 5).count() / 50_000.0;
    double firstTwentyFifth =
        slots.stream().filter(slot -> slot < (1 << 18) / 25).count() / 50_000.0;
    assertThat(firstFifth).isBetween(0.78, 0.82);
    assertThat(firstTwentyFifth).isBetween(0.62, 0.66);
  }
}
