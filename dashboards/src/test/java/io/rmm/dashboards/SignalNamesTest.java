package io.rmm.dashboards;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Every signal named in a dashboard, rule, runbook or page is in the registry. */
class SignalNamesTest {

  private static final Pattern NAME_IN_CODE = Pattern.compile("\"(rmm(?:\\.\\w+)+)\"");

  /**
   * What tests can be told. They also name what there is not, so that a name alone is not enough.
   */
  private static final Pattern READ_BY_TESTS =
      Pattern.compile("get(?:Property|Integer|Long)\\(\\s*\"(rmm(?:\\.\\w+)+)\"");

  private final NameCheck check = new NameCheck(Rules.recorded(), settings());

  /** What is no signal but a setting is in no registry: there the code that reads it decides. */
  private static Set<String> settings() {
    return Stream.concat(names(NAME_IN_CODE, "main"), names(READ_BY_TESTS, "test"))
        .collect(Collectors.toSet());
  }

  private static Stream<String> names(Pattern pattern, String folder) {
    return ProjectFiles.sources(folder).stream()
        .flatMap(file -> pattern.matcher(ProjectFiles.text(file)).results())
        .map(name -> name.group(1));
  }

  static Stream<Path> files() {
    return Stream.of(
            ProjectFiles.dashboards(),
            List.of(ProjectFiles.RULES, ProjectFiles.ALERTS),
            ProjectFiles.ruleTests(),
            ProjectFiles.jmxConfigurations(),
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
