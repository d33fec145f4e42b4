package io.rmm.analysis;

import static org.assertj.core.api.Assertions.assertThat;

import io.rmm.allocator.signal.EventType;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.openjdk.jmc.common.util.TypedPreference;
import org.openjdk.jmc.flightrecorder.rules.IRule;
import org.openjdk.jmc.flightrecorder.rules.RuleRegistry;
import org.openjdk.jmc.flightrecorder.rules.TypedResult;

class RuleRegistrationTest {

  private static final List<IRule> OWN = List.of(new MisuseRule(), new GrowthRule());

  @Test
  void jmcFindsTheRulesByItself() {
    assertThat(RuleRegistry.getRules())
        .extracting(IRule::getId)
        .contains(MisuseRule.ID, GrowthRule.ID, "IncreasingLiveSet");
  }

  @Test
  void idsOfPreferencesAndResultsAreUnique() {
    for (IRule rule : OWN) {
      assertThat(
              Stream.concat(
                  rule.getConfigurationAttributes().stream().map(TypedPreference::getIdentifier),
                  rule.getResults().stream().map(TypedResult::getIdentifier)))
          .doesNotHaveDuplicates();
    }
  }

  @Test
  void theRulesReadEventsOfTheRegistryAndOfTheJdk() {
    List<String> known = Arrays.stream(EventType.values()).map(EventType::eventName).toList();
    for (IRule rule : OWN) {
      assertThat(rule.getRequiredEvents().keySet())
          .isNotEmpty()
          .allMatch(name -> known.contains(name) || name.startsWith("jdk."));
    }
  }
}
