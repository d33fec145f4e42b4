package io.rmm.exporter.profile;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.rmm.allocator.AllocationRejectedException;
import io.rmm.allocator.BudgetLimits;
import io.rmm.allocator.MemoryManager;
import io.rmm.allocator.MemorySource;
import io.rmm.exporter.CapturedLog;
import io.rmm.exporter.profile.ProfileSettings.Occasion;
import java.io.IOException;
import java.lang.reflect.Proxy;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLong;
import java.util.logging.Level;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Real rejections of a real manager, at times that the test sets. */
class ProfileDumpTest {

  @TempDir private Path folder;

  private final AtomicLong now = new AtomicLong();
  private final CapturedLog log = new CapturedLog();

  @AfterEach
  void close() {
    log.close();
  }

  private MemoryManager manager(String name, Path directory, Set<Occasion> on) {
    ProfileSettings settings = new ProfileSettings(directory, on, ProfileFormat.LIVE_STACKS);
    return MemoryManager.builder()
        .name(name)
        .sampleInterval(1)
        .limits(BudgetLimits.hard(4 << 20))
        .view(source -> new ProfileDump(source, settings, now::get))
        .build();
  }

  private static void reject(MemoryManager manager) {
    assertThatThrownBy(() -> manager.allocate(8 << 20))
        .isInstanceOf(AllocationRejectedException.class);
  }

  private List<Path> files() throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      return files.sorted().toList();
    }
  }

  private void awaitFiles(int count) {
    await()
        .untilAsserted(
            () ->
                assertThat(files())
                    .hasSize(count)
                    .noneMatch(file -> file.toString().endsWith(".part")));
  }

  private void pass(long nanos) {
    now.addAndGet(nanos);
  }

  @Test
  void aRejectionWritesWhoHasTheMemory() throws IOException {
    try (MemoryManager manager = manager("orders", folder, Set.of(Occasion.REJECTION));
        var _ = manager.allocate(1 << 20)) {
      reject(manager);
      awaitFiles(1);
    }

    Path file = files().getFirst();
    assertThat(file.getFileName().toString())
        .startsWith("rmm-orders-2")
        .endsWith("-rejection.live.collapsed");
    assertThat(Files.readString(file))
        .contains("aRejectionWritesWhoHasTheMemory")
        .contains(" 1048");
    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
        .isEqualTo("rw-------");
    assertThat(log.linesAbout("the heap profile of memory manager orders")).hasSize(1);
  }

  @Test
  void aStormOfRejectionsWritesOneFileAMinute() throws IOException {
    try (MemoryManager manager = manager("storm", folder, Set.of(Occasion.REJECTION))) {
      reject(manager);
      reject(manager);
      awaitFiles(1);
      pass(ProfileDump.REJECTION_INTERVAL_NANOS - 1);
      reject(manager);
      pass(1);
      reject(manager);
      awaitFiles(2);
    }
    assertThat(files()).hasSize(2);
  }

  @Test
  void andNotMoreThanAFolderHolds() throws IOException {
    try (MemoryManager manager = manager("endless", folder, Set.of(Occasion.REJECTION))) {
      for (int i = 1; i <= ProfileDump.MOST_REJECTION_FILES; i++) {
        reject(manager);
        awaitFiles(i);
        pass(ProfileDump.REJECTION_INTERVAL_NANOS);
      }
      // Counted when it is written, and the last may be counted only now.
      await()
          .untilAsserted(
              () ->
                  assertThat(log.linesAbout("manager endless"))
                      .hasSize(ProfileDump.MOST_REJECTION_FILES));
      reject(manager);
    }
    assertThat(files()).hasSize(ProfileDump.MOST_REJECTION_FILES);
  }

  @Test
  void theExitWritesWhatIsLiveThen() throws IOException {
    try (MemoryManager manager = manager("exit", folder, Set.of(Occasion.EXIT))) {
      manager.allocate(1 << 20).detach(); // and never freed
      reject(manager);
    }

    assertThat(files()).singleElement().asString().endsWith("-exit.live.collapsed");
    assertThat(Files.readString(files().getFirst())).contains("theExitWritesWhatIsLiveThen");
  }

  @Test
  void whoClosesTheManagerWaitsForWhatIsBeingWritten() throws IOException {
    MemoryManager manager = manager("both", folder, Set.of(Occasion.REJECTION, Occasion.EXIT));
    reject(manager);
    manager.close();

    assertThat(files())
        .satisfiesExactlyInAnyOrder(
            file -> assertThat(file.toString()).endsWith("-rejection.live.collapsed"),
            file -> assertThat(file.toString()).endsWith("-exit.live.collapsed"));
  }

  @Test
  void anInterruptedThreadMayCloseTheManager() throws IOException {
    MemoryManager manager = manager("interrupted", folder, Set.of(Occasion.EXIT));
    Thread.currentThread().interrupt();
    manager.close();

    assertThat(Thread.interrupted()).isTrue();
    assertThat(files()).singleElement().asString().endsWith("-exit.live.collapsed");
  }

  @Test
  void managersOfOneNameDoNotOverwriteEachOther() throws IOException {
    for (int i = 0; i < 3; i++) {
      manager("same", folder, Set.of(Occasion.EXIT)).close();
    }

    assertThat(files()).hasSize(3);
  }

  @Test
  void aNameThatIsNoFileNameIsMadeOne() throws IOException {
    manager("..\\a \"b\"*,".repeat(12), folder, Set.of(Occasion.EXIT)).close();

    assertThat(files())
        .singleElement()
        .satisfies(file -> assertThat(file.getParent()).isEqualTo(folder));
    assertThat(files().getFirst().getFileName().toString()).startsWith("rmm-___a__b_____");
  }

  @Test
  void aFullJavaHeapIsToldAndHarmsNobody() throws IOException {
    ProfileSettings settings =
        new ProfileSettings(folder, Set.of(Occasion.REJECTION), ProfileFormat.LIVE_STACKS);
    try (MemoryManager manager =
        MemoryManager.builder()
            .name("full")
            .limits(BudgetLimits.hard(4 << 20))
            .view(source -> new ProfileDump(withoutRoomForProfiles(source), settings, now::get))
            .build()) {
      reject(manager);
      await()
          .untilAsserted(
              () -> assertThat(log.linesAbout("manager full cannot be written")).hasSize(1));
      manager.allocate(1 << 20).close();
    }
    assertThat(files()).isEmpty();
  }

  private static MemorySource withoutRoomForProfiles(MemorySource source) {
    return (MemorySource)
        Proxy.newProxyInstance(
            MemorySource.class.getClassLoader(),
            new Class<?>[] {MemorySource.class},
            (_, method, arguments) -> {
              if (method.getName().equals("profile")) {
                throw new OutOfMemoryError("Java heap space");
              }
              return method.invoke(source, arguments);
            });
  }

  @Test
  void aFolderThatTakesNothingIsToldOnceAndLaterFilesAreWritten() throws IOException {
    Path later = folder.resolve("later");
    try (MemoryManager manager = manager("gone", later, Set.of(Occasion.REJECTION))) {
      for (int i = 0; i < 3; i++) {
        reject(manager);
        pass(ProfileDump.REJECTION_INTERVAL_NANOS);
      }
      await()
          .untilAsserted(
              () -> assertThat(log.linesAbout("manager gone cannot be written")).isNotEmpty());
      Files.createDirectory(later);
      await()
          .untilAsserted(
              () -> {
                pass(ProfileDump.REJECTION_INTERVAL_NANOS);
                reject(manager);
                assertThat(later).isNotEmptyDirectory();
              });
    }
    assertThat(log.linesAbout("manager gone cannot be written")).hasSize(1);
    assertThat(log.lines(Level.WARNING)).anyMatch(line -> line.contains("told once until it can"));
  }
}
