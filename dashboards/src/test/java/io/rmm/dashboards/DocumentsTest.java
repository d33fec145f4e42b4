package io.rmm.dashboards;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Pattern;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Links between the project's pages lead somewhere. */
class DocumentsTest {

  private static final Pattern LINK = Pattern.compile("]\\((?!https?:|#)([^)#\\s]+)(?:#[^)]*)?\\)");

  static List<Path> pages() {
    return ProjectFiles.pages();
  }

  @ParameterizedTest
  @MethodSource("pages")
  void linksLeadToFiles(Path page) {
    assertThat(
            LINK.matcher(ProjectFiles.text(page))
                .results()
                .map(match -> match.group(1))
                .filter(link -> !Files.exists(page.resolveSibling(link))))
        .as("dead links in %s", page)
        .isEmpty();
  }
}
