package io.rmm.allocator;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Views live as long as their manager, and one that fails harms neither it nor the others. */
class ViewTest {

  private final List<String> life = new ArrayList<>();

  private AutoCloseable healthy(MemorySource source) {
    life.add("attached to " + source.name());
    return () -> life.add("closed");
  }

  private static MemoryManager manager(MemoryView... views) {
    MemoryManager.Builder builder = MemoryManager.builder().name("seen").discoverViews(false);
    List.of(views).forEach(builder::view);
    return builder.build();
  }

  /** What a view may meet: its own exceptions, and libraries that are not there. */
  static List<Throwable> failures() {
    return List.of(
        new IllegalStateException("on purpose"),
        new NoClassDefFoundError("on purpose"),
        new ExceptionInInitializerError("on purpose"));
  }

  @SuppressWarnings("unchecked") // nothing is checked at run time
  private static <T extends Throwable> void raise(Throwable failure) throws T {
    throw (T) failure;
  }

  @Test
  void aViewIsAttachedAndClosedWithTheManager() {
    try (MemoryManager _ = manager(this::healthy)) {
      assertThat(life).containsExactly("attached to seen");
    }
    assertThat(life).containsExactly("attached to seen", "closed");
  }

  @ParameterizedTest
  @MethodSource("failures")
  void aViewThatCannotBeAttachedIsLeftOut(Throwable failure) {
    MemoryView failing =
        _ -> {
          ViewTest.<RuntimeException>raise(failure);
          return () -> {};
        };
    try (MemoryManager manager = manager(failing, this::healthy)) {
      manager.allocate(100).close();
    }
    assertThat(life).containsExactly("attached to seen", "closed");
  }

  @ParameterizedTest
  @MethodSource("failures")
  void aViewThatCannotBeClosedKeepsNoMemory(Throwable failure) {
    MemoryManager manager = manager(_ -> () -> raise(failure), this::healthy);
    manager.allocate(5 << 20).close();
    manager.close();
    assertThat(life).containsExactly("attached to seen", "closed");
    assertThat(manager.snapshot().committedBytes()).isZero();
  }
}
