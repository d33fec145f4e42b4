package io.rmm.allocator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.awaitility.Awaitility.await;

import io.rmm.allocator.observe.Sampler;
import io.rmm.allocator.source.PageSources;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * Guarded blocks in bad company: racing threads, leaks, listeners; and how errors are explained.
 */
class GuardedMisuseTest {

  private static final int THREADS = 4;
  private static final int ROUNDS = 500;

  /** Few enough to meet each call of an allocation and a free. */
  private static final int FRAMES_A_STEP = 7;

  private final Reports reports = new Reports();
  private MemoryManager manager;

  @BeforeEach
  void open() {
    manager = builder().listener(reports).build();
  }

  @AfterEach
  void close() {
    manager.close();
  }

  private static MemoryManager.Builder builder() {
    return MemoryManager.builder()
        .pageSource("linux")
        .safetyMode(SafetyMode.PARANOID)
        .discoverViews(false);
  }

  /** Writes the byte behind a block, as a function in C would. */
  @SuppressWarnings("restricted")
  private static void overrun(Block block) {
    block
        .segment()
        .reinterpret(block.byteSize() + 1)
        .set(ValueLayout.JAVA_BYTE, block.byteSize(), (byte) 0);
  }

  // ---- races ----

  /** Closes a block as soon as another is allocated, as another thread may. */
  private static final class Closing implements MemoryListener {

    final AtomicReference<Block> victim = new AtomicReference<>();

    @Override
    public void onSample(AllocationSample sample) {
      Block block = victim.getAndSet(null);
      if (block != null) {
        block.close();
      }
    }
  }

  @Test
  void toResizeABlockThatIsClosedMeanwhileIsAMisuseAndNoInternalError() {
    Closing closing = new Closing();
    manager.addListener(closing);
    Block block = manager.allocate(100);
    assertThat(manager.snapshot().guardedBlocks()).isEqualTo(1);
    closing.victim.set(block);
    MemoryMisuseException refused =
        catchThrowableOfType(MemoryMisuseException.class, () -> block.resize(5_000));
    assertThat(refused.report().kind()).isEqualTo(MisuseKind.USE_AFTER_FREE);
    assertThat(reports.onlyMisuse()).isSameAs(refused.report());
    assertThat(manager.snapshot().liveBlocks()).isZero();
  }

  @Test
  void oneOfFourThreadsThatFreeADamagedBlockReportsTheDamage() throws Exception {
    List<Block> blocks = new ArrayList<>();
    for (int i = 0; i < ROUNDS; i++) {
      blocks.add(manager.allocate(20));
      overrun(blocks.getLast());
    }
    assertThat(manager.snapshot().guardedBlocks()).isEqualTo(ROUNDS);
    AtomicInteger refused = new AtomicInteger();
    Threads.together(
        THREADS,
        _ -> {
          for (Block block : blocks) {
            try {
              block.close();
            } catch (MemoryMisuseException e) {
              refused.incrementAndGet();
            }
          }
        });
    assertThat(refused).hasValue((THREADS - 1) * ROUNDS);
    assertThat(manager.snapshot().misusesByKind())
        .containsEntry(MisuseKind.OVERRUN, (long) ROUNDS)
        .containsEntry(MisuseKind.DOUBLE_FREE, (long) (THREADS - 1) * ROUNDS);
    assertThat(manager.snapshot().guardBytes()).isZero();
    Invariants.check(manager.snapshot());
  }

  @Test
  void fourThreadsThatUseAFreedBlockAreEachRefused() throws Exception {
    Block block = manager.allocate(100);
    MemorySegment stale = block.segment();
    block.close();
    AtomicInteger refused = new AtomicInteger();
    Threads.together(
        THREADS,
        number -> {
          for (int i = 0; i < ROUNDS; i++) {
            try {
              stale.set(ValueLayout.JAVA_INT, 4L * number, i);
            } catch (InternalError e) {
              refused.incrementAndGet();
            }
          }
        });
    assertThat(refused).hasValue(THREADS * ROUNDS);
  }

  /**
   * Near the end of the stack an allocation, or a free, is cut short anywhere; what a guard has
   * cost must come back all the same.
   */
  @Test
  void noGuardIsLostWhereTheStackEnds() {
    Engine engine =
        new Engine(
            "deep",
            PageSources.named("linux"),
            new Sampler(SafetyMode.PARANOID, 1),
            BudgetLimits.unlimited(),
            Safety.of(SafetyMode.PARANOID));
    BudgetNode budget = engine.budgets().root();
    int frames = 0;
    while (Descent.overflows(frames, () -> budget.allocate(100).close())) {
      frames += FRAMES_A_STEP;
    }
    assertThat(frames).isPositive();
    for (int second = 0; second < 3; second++) {
      engine.guards().tick();
    }
    MemorySnapshot snapshot = engine.snapshot();
    // What was cut short before its handle came to be is live for ever.
    assertThat(snapshot.guardedBlocks()).isLessThanOrEqualTo(snapshot.liveBlocks());
    assertThat(engine.snapshot().misuses()).isZero();
    engine.close();
    assertThat(engine.snapshot().guardBytes()).isZero();
  }

  // ---- leaks ----

  @Test
  void leakedBlocksKeepTheirPagesAndOthersGoWithout() {
    try (MemoryManager small = builder().guardBudget(8 * 4096).listener(reports).build()) {
      List<MemorySegment> views = leak(small, 20);
      await()
          .until(
              () -> {
                System.gc();
                return small.snapshot().leakSuspects() == 20;
              });
      assertThat(small.snapshot().guardedBlocks()).isEqualTo(8);
      assertThat(small.snapshot().guardBytes()).isEqualTo(8 * 4096);
      // Nobody can free them, but whoever has their memory may use it.
      views.forEach(view -> view.fill((byte) 1));
      try (Block block = small.allocate(100)) {
        block.segment().fill((byte) 1);
        assertThat(small.snapshot().guardedBlocks()).isEqualTo(8);
      }
    }
    assertThat(reports.misuses).extracting(MisuseReport::kind).containsOnly(MisuseKind.LEAK);
  }

  private static List<MemorySegment> leak(MemoryManager from, int count) {
    List<MemorySegment> views = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      views.add(from.allocate(100).segment());
    }
    return views;
  }

  // ---- listeners ----

  @Test
  void aListenerMayMisuseABlockItself() {
    List<MisuseKind> told = new ArrayList<>();
    MemoryManager[] itself = new MemoryManager[1];
    MemoryListener misuser =
        new MemoryListener() {
          @Override
          public void onMisuse(MisuseReport report) {
            told.add(report.kind());
            if (told.size() < 5) {
              Block block = itself[0].allocate(20);
              overrun(block);
              block.close();
            }
          }
        };
    try (MemoryManager strange = builder().listener(misuser).build()) {
      itself[0] = strange;
      Block block = strange.allocate(20);
      overrun(block);
      block.close();
      assertThat(strange.snapshot().misusesByKind()).containsEntry(MisuseKind.OVERRUN, 2L);
      assertThat(strange.snapshot().guardBytes()).isZero();
      assertThat(strange.snapshot().droppedListeners()).isZero();
    }
    assertThat(told).containsExactly(MisuseKind.OVERRUN);
  }

  // ---- explanations ----

  private MemorySegment parse() {
    Block block = manager.allocate(100);
    MemorySegment stale = block.segment();
    block.close();
    return stale;
  }

  private MemorySegment render() {
    Block block = manager.allocate(200);
    MemorySegment stale = block.segment();
    block.close();
    return stale;
  }

  private byte readAfterRendering() {
    return render().get(ValueLayout.JAVA_BYTE, 3);
  }

  private InternalError useAfterParsing() {
    MemorySegment stale = parse();
    manager.allocate(300).close();
    return catchThrowableOfType(InternalError.class, () -> stale.fill((byte) 0));
  }

  @Test
  void theFreedBlockWhoseSitesAreNearTheErrorIsNamed() {
    InternalError error = useAfterParsing();
    for (int i = 0; i < 50; i++) {
      render();
    }
    MisuseReport report = manager.explain(new RuntimeException(error)).orElseThrow();
    assertThat(report.kind()).isEqualTo(MisuseKind.USE_AFTER_FREE);
    assertThat(report.blockSize()).isIn(100L, 300L);
    assertThat(report.detectionSite().toString()).contains("useAfterParsing");
    assertThat(report.freeSite().toString()).contains("useAfterParsing");
    assertThat(report.confidence()).isEqualTo(MisuseConfidence.POSSIBLE);
    assertThat(report.mode()).isEqualTo(SafetyMode.PARANOID);
    assertThat(report.toString()).contains("possible");
    assertThat(manager.snapshot().misuses()).as("nothing is counted").isZero();
  }

  @Test
  void theOnlyBlockThatFitsIsLikely() {
    parse();
    InternalError error =
        catchThrowableOfType(InternalError.class, () -> assertThat(readAfterRendering()).isZero());
    MisuseReport report = manager.explain(error).orElseThrow();
    assertThat(report.blockSize()).isEqualTo(200);
    assertThat(report.allocationSite().top()).contains("render");
    assertThat(report.freeThread()).isEqualTo(Thread.currentThread().getName());
    assertThat(report.confidence()).isEqualTo(MisuseConfidence.LIKELY);
  }

  @Test
  void aLiveBlockThatWasOverrunIsNamedIfNoneIsFreed() {
    try (Block block = manager.allocate(4096)) {
      InternalError error = catchThrowableOfType(InternalError.class, () -> overrun(block));
      MisuseReport report = manager.explain(error).orElseThrow();
      assertThat(report.kind()).isEqualTo(MisuseKind.OVERRUN);
      assertThat(report.blockId()).isEqualTo(block.id());
      assertThat(report.confidence()).isEqualTo(MisuseConfidence.LIKELY);
    }
  }

  @Test
  void anAccessOutOfItsBoundsIsExplainedByTheAddress() {
    try (Block block = manager.allocate(100)) {
      MemorySegment memory = block.segment();
      IndexOutOfBoundsException error =
          catchThrowableOfType(
              IndexOutOfBoundsException.class, () -> memory.set(ValueLayout.JAVA_INT, 100, 1));
      MisuseReport report = manager.explain(error).orElseThrow();
      assertThat(report.kind()).isEqualTo(MisuseKind.OVERRUN);
      assertThat(report.blockId()).isEqualTo(block.id());
      assertThat(report.offset()).isEqualTo(100);
      assertThat(report.confidence()).isEqualTo(MisuseConfidence.CERTAIN);
    }
  }

  @Test
  void whatNoGuardHasThrownIsNotExplained() {
    parse();
    assertThat(manager.explain(new InternalError("out of patience"))).isEmpty();
    assertThat(manager.explain(new InternalError())).isEmpty();
    assertThat(manager.explain(new RuntimeException("unsafe memory access"))).isEmpty();
    try (MemoryManager other = builder().build()) {
      assertThat(
              other.explain(
                  new InternalError("a fault occurred in an unsafe memory access operation")))
          .as("it has no blocks")
          .isEmpty();
    }
  }
}
