package io.rmm.benchmarks.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.rmm.benchmarks.Metrics;
import io.rmm.benchmarks.peer.PeerKind;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Child JVMs, for real. */
class ScenarioWorkTest {

  @TempDir private Path folder;

  private Map<String, Double> run(String scenario, Map<String, String> settings) throws Exception {
    return new ScenarioWork("a point", PeerKind.NONE, scenario, settings)
        .run(new Workplace(folder, folder));
  }

  @Test
  void aChildsResultComesBack() throws Exception {
    Map<String, String> settings = Map.of("threads", "1", "warmup", "1", "measure", "50");
    assertThat(run("cache-scratch", settings))
        .hasEntrySatisfying(Metrics.NANOS, nanos -> assertThat(nanos).isPositive());
  }

  @Test
  void aChildThatFailsSaysWhy() {
    assertThatThrownBy(() -> run("cache-scratch", Map.of()))
        .isInstanceOf(WorkFailedException.class)
        .hasMessageContaining("exit code 1")
        .hasMessageContaining("the setting threads is missing")
        .hasMessageContaining(folder.toString());
  }
}
