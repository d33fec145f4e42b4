package io.rmm.allocator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.io.IOException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Views that are registered as services are attached beside the program, which can tell no
 * difference but by asking them.
 */
@Timeout(60)
class ServiceViewTest {

  private static final List<String> LIFE = Collections.synchronizedList(new ArrayList<>());

  /** What the first of the two services does when it is attached. */
  private static volatile Consumer<MemorySource> onAttach;

  /** The service that the tests direct. */
  public static final class DirectedView implements MemoryView {

    @Override
    public AutoCloseable attach(MemorySource source) {
      onAttach.accept(source);
      LIFE.add(source.name() + " attached");
      return () -> LIFE.add(source.name() + " closed");
    }
  }

  /** A second service, to see what becomes of the others. */
  public static final class OtherView implements MemoryView {

    @Override
    public AutoCloseable attach(MemorySource source) {
      LIFE.add("other attached");
      return () -> LIFE.add("other closed");
    }
  }

  private final CountDownLatch mayAttach = new CountDownLatch(1);
  private ClassLoader before;
  private URLClassLoader loader;

  @BeforeEach
  void registerServices(@TempDir Path folder) throws IOException {
    Path services = Files.createDirectories(folder.resolve("META-INF/services"));
    Files.writeString(
        services.resolve(MemoryView.class.getName()),
        DirectedView.class.getName() + "\n" + OtherView.class.getName() + "\n");
    LIFE.clear();
    onAttach = _ -> {};
    before = Thread.currentThread().getContextClassLoader();
    loader = new URLClassLoader(new URL[] {folder.toUri().toURL()}, before);
    Thread.currentThread().setContextClassLoader(loader);
  }

  @AfterEach
  void unregisterServices() throws IOException {
    Thread.currentThread().setContextClassLoader(before);
    loader.close();
  }

  private static MemoryManager manager(String name) {
    return MemoryManager.builder().name(name).safetyMode(SafetyMode.PARANOID).build();
  }

  private void awaitPermission(MemorySource source) {
    try {
      mayAttach.await();
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  @Test
  void theProgramDoesNotWait() {
    onAttach = this::awaitPermission;
    try (MemoryManager manager = manager("m")) {
      manager.allocate(100).close();
      assertThat(LIFE).isEmpty();
      mayAttach.countDown();
      manager.awaitViews();
      assertThat(LIFE).containsExactly("m attached", "other attached");
    }
    assertThat(LIFE).containsExactly("m attached", "other attached", "m closed", "other closed");
  }

  @Test
  void aManagerThatIsClosedAtOnceHasHadItsViews() {
    manager("m").close();
    assertThat(LIFE).containsExactly("m attached", "other attached", "m closed", "other closed");
  }

  @Test
  void closeWaitsForAViewThatIsBeingAttached() throws InterruptedException {
    CountDownLatch attaching = new CountDownLatch(1);
    onAttach =
        source -> {
          attaching.countDown();
          awaitPermission(source);
        };
    MemoryManager manager = manager("m");
    attaching.await();
    Thread closer = Thread.ofPlatform().start(manager::close);
    while (closer.getState() != Thread.State.WAITING) {
      Thread.onSpinWait();
    }
    assertThat(LIFE).isEmpty();
    mayAttach.countDown();
    closer.join();
    assertThat(LIFE).containsExactly("m attached", "other attached", "m closed", "other closed");
  }

  @Test
  void managersGetTheirViewsInTheOrderInWhichTheyWereBuilt() throws InterruptedException {
    CountDownLatch secondAttached = new CountDownLatch(1);
    onAttach =
        source -> {
          if (source.name().equals("first")) {
            awaitPermission(source);
          } else {
            secondAttached.countDown();
          }
        };
    try (MemoryManager _ = manager("first");
        MemoryManager _ = manager("second")) {
      mayAttach.countDown();
      secondAttached.await();
      assertThat(LIFE).startsWith("first attached", "other attached");
    }
  }

  @Test
  void whoeverNeedsTheViewsOfOneManagerIsNotHeldUpByThoseOfAnother() {
    onAttach =
        source -> {
          if (source.name().equals("slow")) {
            awaitPermission(source);
          }
        };
    try (MemoryManager _ = manager("slow")) {
      manager("quick").close();
      assertThat(LIFE).contains("quick attached", "quick closed").doesNotContain("slow attached");
      mayAttach.countDown();
    }
  }

  @ParameterizedTest
  @MethodSource("io.rmm.allocator.ViewTest#failures")
  void aServiceThatCannotBeAttachedIsLeftOut(Throwable failure) {
    onAttach = _ -> ServiceViewTest.<RuntimeException>raise(failure);
    try (MemoryManager manager = manager("m")) {
      manager.allocate(100).close();
    }
    assertThat(LIFE).containsExactly("other attached", "other closed");
  }

  @SuppressWarnings("unchecked") // nothing is checked at run time
  private static <T extends Throwable> void raise(Throwable failure) throws T {
    throw (T) failure;
  }

  @Test
  void anErrorThatIsNoViewsOwnEndsTheSearchAndNothingElse() {
    onAttach =
        _ -> {
          throw new AssertionError("on purpose");
        };
    try (MemoryManager manager = manager("m")) {
      manager.awaitViews();
      manager.allocate(100).close();
    }
    assertThat(LIFE).isEmpty();
  }

  @Test
  void whatHappenedBeforeIsToldOnce() {
    List<MisuseKind> early = Collections.synchronizedList(new ArrayList<>());
    List<MisuseKind> late = Collections.synchronizedList(new ArrayList<>());
    onAttach =
        source -> {
          awaitPermission(source);
          source.addListener(listTo(late));
        };
    try (MemoryManager manager =
        MemoryManager.builder().name("m").listener(listTo(early)).build()) {
      misuse(manager);
      assertThat(early).containsExactly(MisuseKind.DOUBLE_FREE);
      assertThat(late).isEmpty();
      mayAttach.countDown();
      manager.awaitViews();
      assertThat(late).containsExactly(MisuseKind.DOUBLE_FREE);
      misuse(manager);
      List<MisuseKind> latest = new ArrayList<>();
      manager.addListener(listTo(latest));
      assertThat(latest).isEmpty();
    }
    assertThat(early).containsExactly(MisuseKind.DOUBLE_FREE, MisuseKind.DOUBLE_FREE);
    assertThat(late).isEqualTo(early);
  }

  private static MemoryListener listTo(List<MisuseKind> kinds) {
    return new MemoryListener() {
      @Override
      public void onMisuse(MisuseReport report) {
        kinds.add(report.kind());
      }
    };
  }

  private static void misuse(MemoryManager manager) {
    Block block = manager.allocate(100);
    block.close();
    assertThatExceptionOfType(MemoryMisuseException.class).isThrownBy(block::close);
  }

  @Test
  void aViewThatWaitsForItselfDoesNotWait() {
    onAttach = source -> ((MemoryManager) source).awaitViews();
    manager("m").close();
    assertThat(LIFE).contains("m attached", "m closed");
  }

  @Test
  void anInterruptIsKeptForLater() {
    try (MemoryManager manager = manager("m")) {
      Thread.currentThread().interrupt();
      manager.awaitViews();
      assertThat(Thread.interrupted()).isTrue();
      assertThat(LIFE).contains("m attached");
    }
  }

  @Test
  void aViewSeesTheClassesOfTheThreadThatBuiltTheManager() {
    List<ClassLoader> seen = Collections.synchronizedList(new ArrayList<>());
    onAttach = _ -> seen.add(Thread.currentThread().getContextClassLoader());
    manager("m").close();
    assertThat(seen).containsExactly(loader);
    assertThat(Thread.currentThread().getContextClassLoader()).isSameAs(loader);
  }
}
