package io.rmm.allocator;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What a process does about guards where they, or their file, are not to be had. */
class GuardSettingsTest {

  private static final String NO_RECORD = "after a crash there will be no record";

  @TempDir private Path directory;

  private ChildJvm.Result run(Path slots, String... options)
      throws IOException, InterruptedException {
    List<String> line =
        new ArrayList<>(List.of("-Drmm.safety=PARANOID", "-Drmm.guard.dir=" + slots));
    line.addAll(List.of(options));
    ChildJvm.Result result = ChildJvm.run(Guarding.class, line);
    assertThat(result.exitCode()).as(result.output()).isZero();
    return result;
  }

  /** Allocates a few blocks and says how many are guarded, and how many files there are. */
  static final class Guarding {

    private Guarding() {}

    @SuppressWarnings("SystemOut")
    public static void main(String[] args) throws IOException {
      MemoryManager manager = MemoryManager.global();
      for (int i = 0; i < 3; i++) {
        manager.allocate(100).segment().fill((byte) i);
      }
      System.out.println("guarded " + manager.snapshot().guardedBlocks());
      System.out.println("budget " + manager.configuration().get("guardBudget"));
      Path slots = Path.of(System.getProperty("rmm.guard.dir"));
      if (Files.isDirectory(slots)) {
        try (Stream<Path> files = Files.list(slots)) {
          System.out.println("files " + files.count());
        }
      }
    }
  }

  @Test
  void aProcessThatEndsInGoodOrderTakesItsFileAway() throws Exception {
    Path slots = directory.resolve("slots");
    ChildJvm.Result result = run(slots);
    assertThat(result.output())
        .contains("guarded 3", "budget " + (4 << 20), "files 1")
        .doesNotContain(NO_RECORD);
    assertThat(slots).isEmptyDirectory();
  }

  @ParameterizedTest
  @ValueSource(strings = {"file", "file/below", "/proc/nowhere"})
  void withoutAFileBlocksAreGuardedAllTheSame(String where) throws Exception {
    Files.createFile(directory.resolve("file"));
    ChildJvm.Result result = run(directory.resolve(where));
    assertThat(result.output()).contains("guarded 3").containsOnlyOnce(NO_RECORD);
  }

  @Test
  void theBudgetIsAProperty() throws Exception {
    assertThat(run(directory, "-Drmm.guard.budget=8k").output())
        .contains("guarded 2", "budget 8192");
    assertThat(run(directory, "-Drmm.guard.budget=0").output()).contains("guarded 0");
  }

  @Test
  void thePortableSourceHasNoGuards() throws Exception {
    assertThat(run(directory, "-Drmm.source=portable").output()).contains("guarded 0");
  }
}
