package io.rmm.allocator;

import static org.assertj.core.api.Assertions.assertThat;

import io.rmm.allocator.heap.StackRoom;
import io.rmm.allocator.observe.Sampler;
import io.rmm.allocator.source.PageSources;
import java.lang.foreign.Arena;
import java.lang.foreign.ValueLayout;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * A thread that recurses without end and uses memory at every depth, so that the stack overflows at
 * one place after the other: it gets its {@link StackOverflowError}, and nobody is the worse for
 * it.
 *
 * <p>In the build each act has one thread; {@code -Drmm.test.rounds=45} lets it have three.
 *
 * <p>An overflow within the fast path costs the slot at hand, and may cost what counts it; so what
 * is held is compared within as many slots as there were overflows.
 */
class NearlyStacklessTest {

  private static final int ROUNDS = Integer.getInteger("rmm.test.rounds", 15);

  /**
   * In SAFE most of the time goes into handshakes with all threads, which is not looked at here.
   */
  private static final int ROUNDS_IN_SAFE = Math.max(5, ROUNDS / 8);

  /** With which act the first round is, and how its frames are laid out. */
  private static final int FIRST =
      Integer.getInteger("rmm.test.first", ThreadLocalRandom.current().nextInt(1_000));

  /** Little, so that the end comes soon; the JVM asks for some 150 KiB at least. */
  private static final long STACK_BYTES = 256 << 10;

  private static final long PATIENCE_SECONDS = 60;

  /** One thing to do at every depth. */
  private interface Act {
    void run(Engine engine);
  }

  /** The deferred arena that is open: it would hold up those of its batch. */
  private static Arena lastDeferred;

  private static void closeLastDeferred() {
    if (lastDeferred != null) {
      try {
        lastDeferred.close();
      } catch (IllegalStateException e) {
        assertThat(e).hasMessage("Already closed");
      }
      lastDeferred = null;
    }
  }

  private static void closeOne(Engine engine, long bytes) {
    engine.budgets().root().allocate(bytes).close();
  }

  private static final List<Act> ACTS =
      List.of(
          engine -> closeOne(engine, 64),
          engine -> closeOne(engine, 5_000),
          engine -> closeOne(engine, 100_000),
          engine -> closeOne(engine, 3 << 20),
          engine -> {
            Block block = engine.budgets().root().allocate(64);
            block.share().close();
            block.close();
          },
          engine -> engine.free(engine.budgets().root().allocate(64).detach()),
          engine -> engine.budgets().root().allocate(64).resize(128).close(),
          engine -> {
            try (Arena arena = engine.budgets().root().openConfinedArena()) {
              arena.allocate(64);
            }
          },
          engine -> {
            try (Arena arena = engine.budgets().root().openSharedArena()) {
              arena.allocate(64);
            }
          },
          engine -> {
            Arena arena = engine.budgets().root().openDeferredArena();
            lastDeferred = arena;
            arena.allocate(64);
            arena.close();
            lastDeferred = null;
          },
          Engine::snapshot,
          Engine::purge,
          engine -> {
            Block block = engine.budgets().root().allocate(64);
            block.close();
            misuse(block::close);
          },
          engine -> misuse(() -> engine.free(4096)),
          engine -> {
            Block block = engine.budgets().root().allocate(64);
            long address = block.segment().address();
            // Behind a guarded block it would end the process, as it should.
            StackRoom.check(); // find() takes a lock
            if (engine.guards().find(address) == null) {
              NativeWrites.fill(address + 64, 0, 1);
            }
            block.close();
          });

  /** Does what is refused, unless the stack ends before. */
  private static void misuse(Runnable act) {
    try {
      act.run();
      throw new AssertionError("a misuse was not refused");
    } catch (MemoryMisuseException e) {
      // As it should be.
    }
  }

  private static Engine engine(SafetyMode mode) {
    return new Engine(
        "stackless",
        PageSources.named("linux"),
        new Sampler(mode, 1 << 16),
        BudgetLimits.hard(1L << 30),
        Safety.of(mode));
  }

  /** Counts the depth in a frame of its own size, so that each round ends at other places. */
  private static int recurse(Engine engine, Act act, int padding, long ballast) {
    act.run(engine);
    int below =
        padding % 3 == 0
            ? recurse(engine, act, padding + 1, ballast ^ padding)
            : recurseOn(engine, act, padding + 1);
    return below + (int) (ballast & 1);
  }

  private static int recurseOn(Engine engine, Act act, int padding) {
    return 1 + recurse(engine, act, padding, padding);
  }

  @ParameterizedTest
  @EnumSource(
      value = SafetyMode.class,
      names = {"STANDARD", "SAFE"})
  void theErrorIsThrownAndAllOthersWorkOn(SafetyMode mode) throws Exception {
    Engine engine = engine(mode);
    // Not left to the clock, nor to a class that ran before: some blocks are to be guarded.
    engine.guards().prepare();
    List<Throwable> ends = new ArrayList<>();
    int rounds = mode == SafetyMode.SAFE ? ROUNDS_IN_SAFE : ROUNDS;
    for (int round = 0; round < rounds; round++) {
      int number = FIRST + round;
      Act act = ACTS.get(number % ACTS.size());
      Thread thread =
          new Thread(
              null,
              () -> {
                try {
                  recurse(engine, act, number, number);
                } catch (Throwable e) {
                  ends.add(e);
                }
                // The very thread whose operation was cut short must be able to go on.
                closeOne(engine, 64);
              },
              "nearly-stackless",
              STACK_BYTES);
      thread.start();
      assertThat(thread.join(Duration.ofSeconds(PATIENCE_SECONDS)))
          .as("round %d has ended, -Drmm.test.first=%d", round, FIRST)
          .isTrue();
      closeLastDeferred();
      // Nothing is held for ever: all heaps can be stopped, and each can be used.
      engine.purge();
      closeOne(engine, 5_000);
      Invariants.checkLadder(engine.snapshot());
    }
    assertThat(ends)
        .as("-Drmm.test.first=%d", FIRST)
        .hasSize(rounds)
        .allMatch(end -> end instanceof StackOverflowError);
    checkEnd(engine);
  }

  private static void checkEnd(Engine engine) {
    MemorySnapshot snapshot = engine.snapshot();
    // Each overflow may have cost one block, of 3 MiB at the most.
    assertThat(snapshot.liveBlocks()).isBetween(0L, (long) ROUNDS);
    assertThat(snapshot.usedBytes()).isBetween(0L, ROUNDS * (4L << 20));
    List<Block> fresh = new ArrayList<>();
    for (int i = 0; i < 2_000; i++) {
      Block block = engine.budgets().root().allocate(64);
      block.segment().fill((byte) i);
      fresh.add(block);
    }
    for (int i = 0; i < fresh.size(); i++) {
      byte[] contents = fresh.get(i).segment().toArray(ValueLayout.JAVA_BYTE);
      assertThat(contents).containsOnly((byte) i);
    }
    fresh.forEach(Block::close);
    assertThat(engine.snapshot().misusesByKind())
        .as("writes to freed memory that never were")
        .doesNotContainKey(MisuseKind.USE_AFTER_FREE);
    engine.close();
  }
}
