package io.rmm.dashboards;

import static org.assertj.core.api.Assertions.assertThat;

import io.rmm.allocator.signal.Metric;
import io.rmm.dashboards.NameCheck.Finding;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class NameCheckTest {

  private final NameCheck check =
      new NameCheck(
          Map.of("rmm:budget_utilization:ratio", "rmm_memory_used_bytes / rmm_memory_limit_bytes"),
          Set.of("rmm.source"));

  @Test
  void namesFollowThePrometheusMapping() {
    assertThat(
            Stream.of(Metric.MEMORY_USED, Metric.ALLOCATED, Metric.FREES, Metric.BLOCKS_LIVE)
                .map(Vocabulary::prometheusName))
        .containsExactly(
            "rmm_memory_used_bytes",
            "rmm_allocated_bytes_total",
            "rmm_frees_total",
            "rmm_blocks_live");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "rmm_memory_used_bytes{job=\"a\", instance=~\"b\", rmm_budget_name!=\"root\"}",
        "\"expr\": \"rmm_misuse_total{rmm_misuse_kind=~\\\"leak|overrun\\\"}\"",
        "sum by (instance, rmm_budget_name) (rmm:budget_utilization:ratio)",
        "label_values(rmm_memory_used_bytes{job=~\"$job\"}, rmm_manager_name)",
        "{{instance}} {{ rmm_budget_name }} {{ $labels.rmm_misuse_kind }}",
        "rmm.memory.used, rmm.budget.name, the event rmm.Misuse and the log event rmm.misuse.",
        "io.rmm:type=Budget, package io.rmm.allocator, the file rmm.jfc and -Drmm.source=linux",
        "rmm-leak.jfc and any_rmm_thing",
      })
  void passesWhatTheRegistryKnows(String line) {
    assertThat(check.check(line)).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "rmm_memory_used",
        "rmm_allocations",
        "rmm_memory_wasted_bytes",
        "1-rmm_memory_wasted_bytes/rmm_memory_used_bytes",
        "rmm:unrecorded:ratio",
        "rmm.memory.wasted",
        "rmm.Misused",
        "-Drmm.sauce=linux",
        "io.rmm:type=Heap",
        "rmm_memory_committed_bytes{rmm_budget_name=\"root\"}",
        "rmm_memory_used_bytes{budget=\"root\"}",
        "rmm:budget_utilization:ratio{rmm_misuse_kind=\"leak\"}",
        "\"expr\": \"rmm_misuse_total{rmm_misuse_kind=\\\"double-free\\\"}\"",
        "sum by (budget) (rmm_memory_used_bytes)",
        "label_values(rmm_memory_used_bytes, manager)",
        "{{budget}}",
        "{{ $labels.kind }}",
      })
  void findsWhatTheRegistryDoesNotKnow(String line) {
    assertThat(check.check(line)).hasSize(1);
  }

  @Test
  void saysWhere() {
    assertThat(check.check("fine\nrmm.memory.used\n  rmm_nothing_bytes"))
        .containsExactly(new Finding(3, "unknown metric or label rmm_nothing_bytes"));
  }
}
