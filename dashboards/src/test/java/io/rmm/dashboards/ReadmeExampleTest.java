package io.rmm.dashboards;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The example in README.md compiles, runs, and prints what its comments say. */
class ReadmeExampleTest {

  private static final Pattern EXAMPLE = Pattern.compile("(?s)```java\n(.*?)```");
  private static final Pattern PRINTED = Pattern.compile("IO\\.println\\(.*\\); // (.+)");

  @Test
  void printsWhatItsCommentsSay(@TempDir Path folder) throws Exception {
    List<MatchResult> examples =
        EXAMPLE
            .matcher(ProjectFiles.text(ProjectFiles.ROOT.resolve("README.md")))
            .results()
            .toList();
    assertThat(examples).hasSize(1);
    String example = examples.getFirst().group(1);
    List<String> printed = PRINTED.matcher(example).results().map(match -> match.group(1)).toList();
    assertThat(printed).isNotEmpty();

    Files.writeString(folder.resolve("Example.java"), example);
    Command run =
        Command.run(
            folder,
            List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "--class-path",
                System.getProperty("java.class.path"),
                "--enable-native-access=ALL-UNNAMED",
                "Example.java"));

    assertThat(run.exitCode()).as(run.output()).isZero();
    assertThat(run.output().lines()).containsExactlyElementsOf(printed);
  }
}
