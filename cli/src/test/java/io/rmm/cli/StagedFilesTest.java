package io.rmm.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class StagedFilesTest {

  @TempDir private Path directory;

  @Test
  void filesAppearTogether() throws IOException {
    Path one = directory.resolve("one");
    Path two = directory.resolve("two");
    try (StagedFiles files = new StagedFiles()) {
      files.add(one, "1");
      files.add(two, "2");
      assertThat(one).doesNotExist();
      assertThat(two).doesNotExist();

      files.commit();
    }

    assertThat(one).hasContent("1");
    assertThat(two).hasContent("2");
    assertThat(directory).isDirectoryNotContaining("glob:**.rmm-*");
  }

  @Test
  void whatIsNotCommittedIsGone() throws IOException {
    Path old = Files.writeString(directory.resolve("old"), "before");
    try (StagedFiles files = new StagedFiles()) {
      files.add(old, "after");
    }

    assertThat(old).hasContent("before");
    assertThat(directory.toFile().list()).containsExactly("old");
  }

  @Test
  void replacesWhatASymbolicLinkPointsAt() throws IOException {
    Path real = Files.writeString(directory.resolve("real"), "before");
    Path link = Files.createSymbolicLink(directory.resolve("link"), real);
    try (StagedFiles files = new StagedFiles()) {
      files.add(link, "after");
      files.commit();
    }

    assertThat(real).hasContent("after");
    assertThat(link).isSymbolicLink();
  }

  @Test
  void refusesAFolderThatDoesNotExist() {
    refuses(directory.resolve("no").resolve("page.html"), "its folder does not exist");
  }

  @Test
  void refusesAFolder() {
    refuses(directory, "not a plain file");
  }

  @Test
  void refusesAFileTakenForAFolder() throws IOException {
    Path file = Files.writeString(directory.resolve("file"), "");

    refuses(file.resolve("page.html"), "cannot be written (Not a directory)");
  }

  private static void refuses(Path target, String message) {
    try (StagedFiles files = new StagedFiles()) {
      assertThatThrownBy(() -> files.add(target, "x"))
          .isInstanceOf(IOException.class)
          .hasMessageStartingWith(target.toString())
          .hasMessageContaining(message);
    } catch (IOException e) {
      throw new AssertionError("closing failed", e);
    }
  }
}
