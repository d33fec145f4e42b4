package io.rmm.dashboards;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Every signal named in a dashboard, rule, runbook or page is in the registry. */
class SignalNamesTest {

  private final NameCheck check = new NameCheck(Rules.recorded());

  static Stream<Path> files() {
    return Stream.of(
            ProjectFiles.dashboards(),
            List.of(ProjectFiles.RULES, ProjectFiles.ALERTS),
            ProjectFiles.ruleTests(),
            ProjectFiles.pages())
        .flatMap(List::stream);
  }

  @ParameterizedTest
  @MethodSource("files")
  void namesOnlyKnownSignals(Path file) {
    assertThat(check.check(ProjectFiles.text(file)))
        .map(finding -> file + ":" + finding.line() + ": " + finding.problem())
        .isEmpty();
  }
}
