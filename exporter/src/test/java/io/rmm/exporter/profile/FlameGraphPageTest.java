package io.rmm.exporter.profile;

import static org.assertj.core.api.Assertions.assertThat;

import io.rmm.allocator.SiteProfile;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The page in a real Chromium, from a file, used by mouse and by keys. */
class FlameGraphPageTest {

  @TempDir private Path folder;

  private String page(String name, HeapProfile profile) throws Exception {
    Path file = folder.resolve(name + ".html");
    Files.write(file, Profiles.write(profile, ProfileFormat.FLAME_GRAPH));
    return file.toUri().toString();
  }

  @Test
  void isReadZoomedSearchedAndSafe() throws Exception {
    HeapProfile empty = new HeapProfile("none", Profiles.TIME, SiteProfile.empty());
    Path packages = NodeProgram.packages("playwright-core@1.65.1");
    String chromium = NodeProgram.chromium();

    String output =
        NodeProgram.run(
            packages,
            "use-flame-graph.js",
            chromium,
            page("shop", Profiles.shop()),
            page("hostile", Profiles.hostile()),
            page("empty", empty),
            page("many", Profiles.many()));

    assertThat(output).endsWith("all as it should be");
  }
}
