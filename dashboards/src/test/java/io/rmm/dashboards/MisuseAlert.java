package io.rmm.dashboards;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import java.time.Duration;

/** The shipped alert of a misuse, in a Prometheus whose target has had a double free. */
final class MisuseAlert {

  private static final String FIRING =
      "ALERTS{alertname=\"RmmMisuseDetected\", alertstate=\"firing\"}";

  private static final Duration PATIENCE = Duration.ofSeconds(60);

  private MisuseAlert() {}

  /** Waits until it fires, once and as it should, for a manager. */
  static void awaitFiring(PrometheusServer prometheus, String manager) {
    await(FIRING)
        .atMost(PATIENCE)
        .untilAsserted(
            () -> {
              JsonNode firing = prometheus.query(FIRING);
              assertThat(firing).hasSize(1);
              JsonNode labels = firing.get(0).path("metric");
              assertThat(labels.path("rmm_misuse_kind").asText()).isEqualTo("double_free");
              assertThat(labels.path("severity").asText()).isEqualTo("critical");
              assertThat(labels.path("rmm_manager_name").asText()).isEqualTo(manager);
            });
  }
}
