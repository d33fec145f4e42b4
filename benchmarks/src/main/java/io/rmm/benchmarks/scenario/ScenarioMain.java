package io.rmm.benchmarks.scenario;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.rmm.benchmarks.peer.PeerKind;
import java.util.Map;

/**
 * Runs one scenario: {@code SCENARIO PEER [NAME=VALUE ...]}; the last line that it prints is the
 * result, in JSON.
 */
public final class ScenarioMain {

  /** What the line with the result begins with. */
  public static final String RESULT = "RESULT ";

  private static final Map<String, Scenario> SCENARIOS =
      Map.of("producers-consumers", ProducersAndConsumers::measure);

  private ScenarioMain() {}

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
