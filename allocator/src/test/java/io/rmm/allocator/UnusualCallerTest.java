package io.rmm.allocator;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.ref.Cleaner;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;

/** Callers that a kernel easily forgets: cleaners, its own listeners, the end of the process. */
class UnusualCallerTest {

  /** Does a bit of everything that a manager can do. */
  private static void use(MemoryManager manager) {
    try (Block small = manager.allocate(100);
        Block huge = manager.allocate(3 << 20);
        Arena arena = manager.openConfinedArena()) {
      small.segment().fill((byte) 1);
      huge.segment().set(ValueLayout.JAVA_BYTE, huge.byteSize() - 1, (byte) 2);
      MemorySegment segment = arena.allocate(500);
      assertThat(segment.get(ValueLayout.JAVA_BYTE, 499)).isZero();
      small.share().close();
      Block resized = manager.allocate(64).resize(5_000);
      manager.free(resized.detach());
      assertThat(small.segment().get(ValueLayout.JAVA_BYTE, 99)).isEqualTo((byte) 1);
    }
  }

  private static void checkEmpty(MemoryManager manager) {
    manager.purge();
    MemorySnapshot end = manager.snapshot();
    Invariants.check(end);
    assertThat(end.liveBlocks()).isZero();
    assertThat(end.committedBytes()).isZero();
  }

  @OnBothSources
  void aCleanerMayAllocateAndFree(String source) {
    Cleaner cleaner = Cleaner.create();
    try (MemoryManager manager =
        MemoryManager.builder().pageSource(source).discoverViews(false).build()) {
      AtomicInteger cleaned = new AtomicInteger();
      AtomicReference<Throwable> failure = new AtomicReference<>();
      for (int i = 0; i < 50; i++) {
        Block forgotten = manager.allocate(1_000);
        register(
            cleaner,
            () -> {
              try {
                forgotten.close();
                use(manager);
              } catch (Throwable e) {
                failure.set(e);
              }
              cleaned.incrementAndGet();
            });
      }
      Awaitility.await()
          .atMost(Duration.ofSeconds(30))
          .until(
              () -> {
                System.gc();
                return cleaned.get() == 50;
              });
      assertThat(failure).hasNullValue();
      checkEmpty(manager);
    }
  }

  private static void register(Cleaner cleaner, Runnable action) {
    cleaner.register(new Object(), action);
  }

  /** A listener that does everything in every call, as if it were any caller. */
  @OnBothSources
  void aListenerMayUseItsManager(String source) {
    AtomicInteger calls = new AtomicInteger();
    AtomicInteger running = new AtomicInteger();
    AtomicReference<MemoryManager> managed = new AtomicReference<>();
    AtomicReference<Throwable> failure = new AtomicReference<>();
    MemoryListener busy =
        new MemoryListener() {
          private void use() {
            running.incrementAndGet();
            try {
              MemoryManager manager = managed.get();
              if (manager != null) {
                calls.incrementAndGet();
                use(manager);
              }
            } finally {
              running.decrementAndGet();
            }
          }

          private void use(MemoryManager manager) {
            try {
              UnusualCallerTest.use(manager);
              manager.rootBudget().setLimits(BudgetLimits.hard(64 << 20));
              manager.purge();
              Invariants.checkLadder(manager.snapshot());
            } catch (Throwable e) {
              failure.set(e);
            }
          }

          @Override
          public void onSample(AllocationSample sample) {
            use();
          }

          @Override
          public void onMisuse(MisuseReport report) {
            use();
          }

          @Override
          public void onRejection(AllocationRejection rejection) {
            use();
          }

          @Override
          public void onChunk(ChunkEvent event) {
            use();
          }
        };
    try (MemoryManager manager =
        MemoryManager.builder()
            .pageSource(source)
            .discoverViews(false)
            .sampleInterval(4_096)
            .limits(BudgetLimits.hard(64 << 20))
            .listener(busy)
            .build()) {
      managed.set(manager);
      for (int i = 0; i < 100; i++) {
        use(manager);
      }
      Block closed = manager.allocate(10);
      closed.close();
      refused(MemoryMisuseException.class, closed::close);
      refused(MemoryMisuseException.class, () -> manager.free(12_345));
      refused(AllocationRejectedException.class, () -> manager.allocate(1 << 30));
      managed.set(null);
      // The clock purges and calls the listener too, and may be in the midst of it.
      Awaitility.await().atMost(Duration.ofSeconds(30)).until(() -> running.get() == 0);
      assertThat(failure).hasNullValue();
      assertThat(calls).hasValueGreaterThan(20);
      assertThat(manager.snapshot().misuses()).isEqualTo(2);
      checkEmpty(manager);
    }
  }

  private static void refused(Class<? extends Throwable> kind, Runnable act) {
    try {
      act.run();
      throw new AssertionError("not refused");
    } catch (RuntimeException e) {
      assertThat(e).isInstanceOf(kind);
    }
  }

  /** Uses managers while the process ends: one that is open, and one that is closed by then. */
  static final class AtTheEnd {

    private AtTheEnd() {}

    @SuppressWarnings("SystemOut")
    public static void main(String[] args) {
      MemoryManager closed = MemoryManager.builder().name("closed").build();
      Block kept = MemoryManager.global().allocate(100);
      for (int i = 0; i < 4; i++) {
        Runtime.getRuntime()
            .addShutdownHook(
                new Thread(
                    () -> {
                      use(MemoryManager.global());
                      refused(IllegalStateException.class, () -> closed.allocate(1));
                      System.out.println("hook done");
                    }));
      }
      Runtime.getRuntime()
          .addShutdownHook(
              new Thread(
                  () -> {
                    kept.close();
                    System.out.println("kept block closed");
                  }));
      use(closed);
      closed.close();
    }
  }

  @Test
  void aShutdownHookMayAllocateAndFree() throws Exception {
    ChildJvm.Result result = ChildJvm.run(AtTheEnd.class, List.of());
    assertThat(result.exitCode()).as(result.output()).isZero();
    assertThat(result.output().split("hook done", -1)).hasSize(5);
    assertThat(result.output()).contains("kept block closed").doesNotContain("Exception");
  }
}
