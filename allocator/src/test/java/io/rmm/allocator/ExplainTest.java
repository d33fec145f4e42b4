package io.rmm.allocator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.BufferOverflowException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What the JDK refuses by an exception of its own is traced to the block. */
class ExplainTest {

  private final Reports reports = new Reports();
  private MemoryManager manager;

  @BeforeEach
  void open() {
    manager = manager(SafetyMode.PARANOID);
  }

  private MemoryManager manager(SafetyMode mode) {
    return MemoryManager.builder().discoverViews(false).safetyMode(mode).listener(reports).build();
  }

  @AfterEach
  void close() {
    manager.close();
  }

  @ParameterizedTest
  @EnumSource(SafetyMode.class)
  void anAccessOutOfBoundsIsTracedByItsAddress(SafetyMode mode) {
    try (MemoryManager other = manager(mode)) {
      List<Block> blocks = new ArrayList<>();
      for (int size : List.of(0, 1, 64, 1_000, 50_000, 300_000, 3 << 20)) {
        Block block = other.allocate(size);
        blocks.add(block);
        for (long offset : new long[] {-1, size, size + 1000L}) {
          MemorySegment segment = block.segment();
          Throwable refused = catchThrowable(() -> segment.get(ValueLayout.JAVA_BYTE, offset));
          MisuseReport report = other.explain(new RuntimeException(refused)).orElseThrow();
          assertThat(report.kind())
              .isEqualTo(offset < 0 ? MisuseKind.UNDERRUN : MisuseKind.OVERRUN);
          assertThat(report.blockId()).isEqualTo(block.id());
          assertThat(report.blockSize()).isEqualTo(size);
          assertThat(report.offset()).isEqualTo(offset);
          assertThat(report.mode()).isEqualTo(mode);
          assertThat(report.confidence())
              .as("a view may be of an earlier block, unless such end")
              .isEqualTo(
                  mode == SafetyMode.SAFE || mode == SafetyMode.PARANOID
                      ? MisuseConfidence.CERTAIN
                      : MisuseConfidence.LIKELY);
          assertThat(report.detectionSite().toString()).contains("ExplainTest");
          assertThat(report.toString()).doesNotContain("0x");
          assertThat(manager.explain(refused)).as("another manager's").isEmpty();
        }
      }
      blocks.forEach(Block::close);
      assertThat(other.snapshot().misuses()).as("to explain is not to count").isZero();
    }
  }

  @Test
  void anAccessOutOfBoundsIsOneEvenIfTheBlockHasBeenFreedSince() {
    Throwable refused =
        catchThrowable(
            () -> {
              try (Block block = manager.allocate(24)) {
                block.segment().set(ValueLayout.JAVA_BYTE, 24, (byte) 1);
              }
            });
    MisuseReport report = manager.explain(refused).orElseThrow();
    assertThat(report.kind()).isEqualTo(MisuseKind.OVERRUN);
    assertThat(report.blockSize()).isEqualTo(24);
    assertThat(report.freeSite().isKnown()).isTrue();
    assertThat(report.detail()).contains("freed by now");
  }

  @Test
  void ofASliceTheOffsetIsThatInTheBlock() {
    try (Block block = manager.allocate(100)) {
      MemorySegment slice = block.segment().asSlice(40, 10);
      Throwable refused = catchThrowable(() -> slice.set(ValueLayout.JAVA_BYTE, 10, (byte) 1));
      MisuseReport report = manager.explain(refused).orElseThrow();
      assertThat(report.offset()).isEqualTo(50);
      assertThat(report.blockId()).isEqualTo(block.id());
      assertThat(report.allocationSite().top()).contains("ofASliceTheOffsetIsThatInTheBlock");
    }
  }

  private MemorySegment closedOne() {
    try (Arena arena = manager.openConfinedArena()) {
      return arena.allocate(64);
    }
  }

  private MemorySegment closedAnother() {
    try (Arena arena = manager.openSharedArena()) {
      return arena.allocate(64);
    }
  }

  @Test
  void theUseOfAClosedArenaIsTracedByItsSites() {
    MemorySegment one = closedOne();
    MemorySegment another = closedAnother();
    Throwable refused = catchThrowable(() -> useOne(one));
    MisuseReport report = manager.explain(refused).orElseThrow();
    assertThat(report.kind()).isEqualTo(MisuseKind.USE_AFTER_FREE);
    assertThat(report.freeSite().isKnown()).isTrue();
    assertThat(report.detectionSite().top()).contains("useOne");
    assertThat(report.confidence()).isNotEqualTo(MisuseConfidence.CERTAIN);
    assertThat(another.scope().isAlive()).isFalse();
  }

  @Test
  void anAllocationFromAClosedArenaIsTracedByTheProgramsFrames() {
    Arena arena = manager.openSharedArena();
    MemorySegment _ = arena.allocate(64);
    arena.close();
    MisuseReport report = manager.explain(catchThrowable(() -> arena.allocate(8))).orElseThrow();
    assertThat(report.kind()).isEqualTo(MisuseKind.USE_AFTER_FREE);
    assertThat(report.detectionSite().top()).contains("ExplainTest");
  }

  private static void useOne(MemorySegment segment) {
    segment.set(ValueLayout.JAVA_LONG, 0, 1);
  }

  @Test
  void theWrongThreadIsTracedToTheOwner() throws Exception {
    AtomicReference<Throwable> refused = new AtomicReference<>();
    try (Arena arena = manager.openConfinedArena()) {
      MemorySegment segment = arena.allocate(64);
      Threads.inAnother(_ -> refused.set(catchThrowable(() -> useOne(segment))));
      MisuseReport report = manager.explain(refused.get()).orElse(null);
      // The threads have no frame in common but those of the lambda that was started here.
      if (report != null) {
        assertThat(report.kind()).isEqualTo(MisuseKind.WRONG_THREAD);
        assertThat(report.allocationThread()).isEqualTo(Thread.currentThread().getName());
      }
    }
  }

  @Test
  void aViewThatEndedWithItsBatchIsTracedToItsBlock() {
    try (MemoryManager other =
        MemoryManager.builder()
            .discoverViews(false)
            .safetyMode(SafetyMode.PARANOID)
            .pageSource("linux")
            .guardBudget(0)
            .build()) {
      Block block = other.allocate(64);
      MemorySegment segment = block.segment();
      block.close();
      other.purge();
      MisuseReport report = other.explain(catchThrowable(() -> useOne(segment))).orElseThrow();
      assertThat(report.kind()).isEqualTo(MisuseKind.USE_AFTER_FREE);
      assertThat(report.blockId()).isEqualTo(block.id());
    }
  }

  @Test
  void anAccessOutOfAByteBufferIsTracedByItsSites() {
    List<Consumer<ByteBuffer>> uses =
        List.of(
            buffer -> buffer.get(64),
            buffer -> buffer.get(-1),
            buffer -> buffer.putLong(60, 1),
            buffer -> buffer.position(64).put((byte) 1),
            buffer -> buffer.position(64).getInt(),
            buffer -> buffer.get(0, new byte[80]),
            buffer -> buffer.put(new byte[80]),
            buffer -> buffer.asLongBuffer().get(8));
    for (Consumer<ByteBuffer> use : uses) {
      AtomicReference<Block> used = new AtomicReference<>();
      Throwable refused = catchThrowable(() -> allocateAndUse(used, use));
      try (Block other = manager.allocate(64)) {
        MisuseReport report = manager.explain(refused).orElseThrow();
        assertThat(report.kind()).isEqualTo(MisuseKind.OVERRUN);
        assertThat(report.blockId()).isEqualTo(used.get().id()).isNotEqualTo(other.id());
        assertThat(report.confidence()).isEqualTo(MisuseConfidence.POSSIBLE);
      }
    }
  }

  private void allocateAndUse(AtomicReference<Block> used, Consumer<ByteBuffer> use) {
    try (Block block = manager.allocate(64)) {
      used.set(block);
      use.accept(block.asByteBuffer());
    }
  }

  @Test
  void anAccessOutOfABufferOnTheJavaHeapIsNotExplained() {
    try (Block block = manager.allocate(64)) {
      ByteBuffer onHeap = ByteBuffer.allocate(8);
      assertThat(block.isAlive()).isTrue();
      assertThat(manager.explain(catchThrowable(() -> onHeap.get(8)))).isEmpty();
      assertThat(manager.explain(catchThrowable(() -> onHeap.put(new byte[9])))).isEmpty();
      assertThat(manager.explain(catchThrowable(() -> onHeap.get(0, new byte[9])))).isEmpty();
      assertThat(manager.explain(catchThrowable(() -> onHeap.put(0, onHeap, 0, 9)))).isEmpty();
      assertThat(manager.explain(new BufferOverflowException())).isEmpty();
      byte[] array = new byte[8];
      assertThat(manager.explain(catchThrowable(() -> ByteBuffer.wrap(array, 4, 8)))).isEmpty();
    }
  }

  @Test
  void framesOfTheJdkAreNoLikeness() throws Exception {
    try (Block block = manager.allocate(64)) {
      Throwable refused = catchThrowable(() -> block.asByteBuffer().get(64));
      refused.setStackTrace(
          Arrays.stream(refused.getStackTrace())
              .filter(frame -> "java.base".equals(frame.getModuleName()))
              .toArray(StackTraceElement[]::new));
      assertThat(refused.getStackTrace()).hasSizeGreaterThan(3);
      assertThat(manager.explain(refused)).isEmpty();
    }
  }

  @Test
  void whatOthersRefuseInTheSameWordsIsNotExplained() {
    // Of both there are observed blocks that would fit by their sites.
    assertThat(closedOne().scope().isAlive()).isFalse();
    try (Arena arena = manager.openConfinedArena()) {
      assertThat(arena.allocate(64).byteSize()).isEqualTo(64);
      assertThat(manager.explain(new IllegalStateException("Already closed"))).isEmpty();
      assertThat(manager.explain(new WrongThreadException("Current thread not owner"))).isEmpty();
    }
  }

  @Test
  void aBlockOfNoArenaIsNotTheWrongThreads() throws Exception {
    AtomicReference<Throwable> refused = new AtomicReference<>();
    try (Block block = manager.allocate(64);
        Arena foreign = Arena.ofConfined()) {
      assertThat(block.isAlive()).isTrue();
      MemorySegment segment = foreign.allocate(64);
      // The frames that start the thread are in no stack of its own: so they are put there.
      Threads.inAnother(_ -> refused.set(catchThrowable(() -> useOne(segment))));
      refused.get().setStackTrace(withFramesOfThisTest(refused.get()));
      assertThat(manager.explain(refused.get())).isEmpty();
    }
  }

  private static StackTraceElement[] withFramesOfThisTest(Throwable error) {
    return Stream.of(error.getStackTrace(), new Throwable().getStackTrace())
        .flatMap(Arrays::stream)
        .toArray(StackTraceElement[]::new);
  }

  @Test
  void whatIsNoMisuseIsNotExplained() {
    Exception inCircles = new Exception("a");
    Exception other = new Exception("b", inCircles);
    inCircles.initCause(other);
    assertThat(manager.explain(inCircles)).isEmpty();
    assertThat(manager.explain(new IllegalStateException("Already closed"))).isEmpty();
    assertThat(manager.explain(new IndexOutOfBoundsException())).isEmpty();
    assertThat(
            manager.explain(
                new IndexOutOfBoundsException(
                    "address: 0xffffffffffffffff, byteSize: 9999999999999999999 };"
                        + " new offset = 1; new length = 1")))
        .isEmpty();
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment foreign = arena.allocate(8);
      assertThat(manager.explain(catchThrowable(() -> foreign.get(ValueLayout.JAVA_BYTE, 8))))
          .isEmpty();
    }
  }

  @Test
  void theHandlerTellsAndHandsOn() throws Exception {
    List<Throwable> handedOn = new ArrayList<>();
    Thread.UncaughtExceptionHandler handler =
        manager.uncaughtExceptionHandler((_, error) -> handedOn.add(error));
    Block block = manager.allocate(8);
    MemorySegment segment = block.segment();
    Thread thread = new Thread(() -> segment.get(ValueLayout.JAVA_BYTE, 8), "culprit");
    thread.setUncaughtExceptionHandler(handler);
    thread.start();
    thread.join();
    MisuseReport report = reports.onlyMisuse();
    assertThat(report.kind()).isEqualTo(MisuseKind.OVERRUN);
    assertThat(report.threadName()).isEqualTo("culprit");
    assertThat(manager.snapshot().misuses()).isEqualTo(1);
    block.close();
    handler.uncaughtException(Thread.currentThread(), catchThrowable(block::close));
    assertThat(reports.onlyMisuse().kind())
        .as("told by the close")
        .isEqualTo(MisuseKind.DOUBLE_FREE);
    handler.uncaughtException(Thread.currentThread(), new Error("not ours"));
    assertThat(handedOn).hasSize(3);
    assertThat(manager.snapshot().misuses()).isEqualTo(2);
  }

  @Test
  void whatNobodyCatchesInTheSamePlaceIsNumbered() {
    Thread.UncaughtExceptionHandler handler = manager.uncaughtExceptionHandler((_, _) -> {});
    try (Block block = manager.allocate(8)) {
      MemorySegment segment = block.segment();
      for (int i = 0; i < 3; i++) {
        handler.uncaughtException(
            Thread.currentThread(), catchThrowable(() -> segment.get(ValueLayout.JAVA_BYTE, 8)));
      }
    }
    assertThat(reports.misuses).extracting(MisuseReport::occurrences).containsExactly(1L, 2L, 3L);
  }
}
