package io.rmm.benchmarks.run;

import static org.assertj.core.api.Assertions.assertThat;

import io.rmm.benchmarks.peer.PeerKind;
import io.rmm.benchmarks.scenario.ScenarioMain;
import java.nio.file.Path;
import java.util.EnumSet;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.Param;

/** What is run is named by text: here is the proof that it exists. */
class RowsTest {

  private static List<Row> rows(boolean quick) {
    return new Rows(
            new Plan(quick, EnumSet.allOf(PeerKind.class), List.of(Path.of("TCMALLOC_0.csv"))))
        .all();
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void everyRowHasANameWorkAndTargets(boolean quick) {
    Set<String> names = new HashSet<>();
    for (Row row : rows(quick)) {
      assertThat(names.add(row.id())).isTrue();
      assertThat(row.work()).isNotEmpty();
      assertThat(row.targets()).isNotEmpty();
      assertThat(row.work()).extracting(Work::peer).contains(PeerKind.RMM);
    }
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void everyBenchmarkAndScenarioExists(boolean quick) throws Exception {
    for (Row row : rows(quick)) {
      for (Work work : row.work()) {
        switch (work) {
          case JmhWork jmh -> checkBenchmark(jmh);
          case ScenarioWork scenario ->
              assertThat(ScenarioMain.names()).contains(scenario.scenario());
          default -> throw new AssertionError("unknown work " + work);
        }
      }
    }
  }

  private static void checkBenchmark(JmhWork work) throws Exception {
    String[] name = work.benchmark().split("\\.", -1);
    Class<?> benchmark = Class.forName("io.rmm.benchmarks.jmh." + name[0]);
    assertThat(
            Stream.of(benchmark.getMethods())
                .filter(method -> method.getName().equals(name[1]))
                .filter(method -> method.isAnnotationPresent(Benchmark.class)))
        .hasSize(1);
    assertThat(benchmark.getField("peer").isAnnotationPresent(Param.class)).isTrue();
    for (String parameter : work.parameters().keySet()) {
      assertThat(benchmark.getField(parameter).isAnnotationPresent(Param.class)).isTrue();
    }
  }
}
