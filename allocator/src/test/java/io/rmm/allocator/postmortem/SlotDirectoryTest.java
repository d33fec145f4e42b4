package io.rmm.allocator.postmortem;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Where files of guarded blocks lie, who may read them, and which are removed. */
class SlotDirectoryTest {

  private static final int BYTES = 10_000;

  /** More than Linux gives to processes. */
  private static final long NOBODYS_PID = 1L << 40;

  @TempDir private Path parent;
  private Path directory;

  @BeforeEach
  void name() {
    directory = parent.resolve("new/rmm-user");
  }

  private List<Path> files() throws IOException {
    try (Stream<Path> files = Files.list(directory)) {
      return files.sorted().toList();
    }
  }

  private Path leaveOver(long pid, long started, Duration age) throws IOException {
    Path file = Files.createFile(directory.resolve("slots-" + pid + "-" + started + "-0.rmm"));
    return Files.setLastModifiedTime(file, FileTime.from(Instant.now().minus(age)));
  }

  @Test
  void theDirectoryAndTheFileAreTheUsersAlone() throws IOException {
    SlotDirectory.create(directory, BYTES);
    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(directory)))
        .isEqualTo("rwx------");
    Path file = files().getFirst();
    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
        .isEqualTo("rw-------");
    assertThat(Files.size(file)).isEqualTo(BYTES);
    assertThat(SlotDirectory.filesOf(directory, ProcessHandle.current().pid()))
        .containsExactly(file);
    // As for a second class loader in this process.
    SlotDirectory.create(directory, BYTES);
    assertThat(files()).hasSize(2);
  }

  @Test
  void aDirectoryThatOthersMayUseIsRefused() throws IOException {
    Files.createDirectories(directory);
    Files.setPosixFilePermissions(directory, PosixFilePermissions.fromString("rwxrwx---"));
    assertThatThrownBy(() -> SlotDirectory.create(directory, BYTES))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("mode 0700");
    assertThat(files()).isEmpty();
  }

  @Test
  void aDirectoryThatNobodyMayUseIsNoReasonForAnotherError() throws IOException {
    Files.createDirectories(directory);
    Files.setPosixFilePermissions(directory, Set.of());
    Throwable thrown = catchThrowable(() -> SlotDirectory.create(directory, BYTES));
    if (thrown != null) {
      // Unless it is root, who may use it all the same.
      assertThat(thrown).isInstanceOf(IOException.class);
    }
  }

  @Test
  void aDirectoryOfAnotherUserIsLeftAsItWas() throws IOException {
    Files.createDirectories(directory);
    Files.setPosixFilePermissions(directory, PosixFilePermissions.fromString("rwx------"));
    Path old = leaveOver(NOBODYS_PID, 1, Duration.ofDays(8));
    assumeTrue(givenToAnotherUser(), "only root may give directories away");
    assertThatThrownBy(() -> SlotDirectory.create(directory, BYTES))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("belongs to another user");
    assertThat(files()).containsExactly(old);
  }

  private boolean givenToAnotherUser() {
    try {
      var users = directory.getFileSystem().getUserPrincipalLookupService();
      Files.setOwner(directory, users.lookupPrincipalByName("nobody"));
      return true;
    } catch (IOException e) {
      return false;
    }
  }

  @Test
  void whatCannotBeRemovedStays() throws IOException {
    Path stubborn = Files.createDirectories(parent.resolve("new/rmm-user/slots-1-1-0.rmm"));
    Files.createFile(stubborn.resolve("notes.txt"));
    Files.setLastModifiedTime(stubborn, FileTime.from(Instant.now().minus(Duration.ofDays(8))));
    Files.setPosixFilePermissions(directory, PosixFilePermissions.fromString("rwx------"));
    SlotDirectory.create(directory, BYTES);
    assertThat(files()).contains(stubborn).hasSize(2);
  }

  @Test
  void aLinkOrAFileInItsPlaceIsRefused() throws IOException {
    SlotDirectory.create(directory, BYTES);
    Path link = Files.createSymbolicLink(parent.resolve("link"), directory);
    assertThatThrownBy(() -> SlotDirectory.create(link, BYTES)).isInstanceOf(IOException.class);
    Path file = Files.createFile(parent.resolve("file"));
    assertThatThrownBy(() -> SlotDirectory.create(file, BYTES)).isInstanceOf(IOException.class);
    assertThatThrownBy(() -> SlotDirectory.create(file.resolve("below"), BYTES))
        .isInstanceOf(IOException.class);
  }

  @Test
  void ofWhatDeadProcessesHaveLeftTheNewestIsKept() throws IOException {
    SlotDirectory.create(directory, BYTES);
    Path own = files().getFirst();
    ProcessHandle parentProcess = ProcessHandle.current().parent().orElseThrow();
    Path ofLiving =
        leaveOver(
            parentProcess.pid(), SlotDirectory.startedMillis(parentProcess), Duration.ofDays(30));
    Path ofEarlier = leaveOver(parentProcess.pid(), 1, Duration.ofDays(30));
    Path old = leaveOver(NOBODYS_PID, 1, Duration.ofDays(8));
    Path other = Files.createFile(directory.resolve("notes.txt"));
    for (int i = 0; i < 10; i++) {
      leaveOver(NOBODYS_PID + 1 + i, 1, Duration.ofHours(i));
    }
    SlotDirectory.create(directory, BYTES);
    assertThat(files()).contains(own, ofLiving, other).doesNotContain(ofEarlier, old);
    assertThat(files().stream().filter(file -> file.toString().contains("slots-1099")))
        .as("the newest eight")
        .hasSize(8)
        .allMatch(file -> !file.toString().contains("slots-" + (NOBODYS_PID + 9)))
        .allMatch(file -> !file.toString().contains("slots-" + (NOBODYS_PID + 10)));
  }
}
