package io.rmm.allocator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.rmm.allocator.observe.Sampler;
import io.rmm.allocator.source.LinuxPageSource;
import io.rmm.allocator.source.LinuxSystemCalls;
import io.rmm.allocator.source.TransparentHugePages;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Huge pages as the kernel tells of them in {@code /proc/self/smaps}. */
class HugePagesTest {

  private static final long CHUNK = 2 << 20;
  private static final int CHUNKS = 8;
  private static final LinuxSystemCalls LINUX = new LinuxSystemCalls();

  private final Engine engine = engine(true);

  private static Engine engine(boolean hugePages) {
    return new Engine(
        "huge pages",
        new LinuxPageSource(LINUX, 1L << 30, hugePages),
        new Sampler(SafetyMode.STANDARD, 1 << 20),
        BudgetLimits.unlimited());
  }

  @AfterEach
  void close() {
    engine.close();
  }

  /** Takes and fills blocks of half a chunk, two in each. */
  private static List<Block> fill(Engine engine) {
    List<Block> blocks = new ArrayList<>();
    for (int i = 0; i < 2 * CHUNKS; i++) {
      Block block = engine.budgets().root().allocate(CHUNK / 2);
      block.segment().fill((byte) 7);
      blocks.add(block);
    }
    return blocks;
  }

  /** Lets all decay that may. */
  private static void tick(Engine engine) {
    for (int tick = 0; tick < FaultScenario.TICKS; tick++) {
      engine.tick();
    }
    Invariants.check(engine);
  }

  /**
   * Returns the bytes of huge pages in the mapping that {@code block} lies in, having seen to it
   * that this machine has any to give just now: it may be told never to, or be short of them.
   */
  private static long hugeBytes(Block block) throws IOException {
    long bytes = readHugeBytes(block);
    boolean given = TransparentHugePages.areGiven() && bytes > 0;
    if (!given) {
      System.err.println("SKIPPED: the kernel gives no transparent huge pages here");
    }
    assumeTrue(given, "the kernel gives no transparent huge pages here");
    return bytes;
  }

  private static long readHugeBytes(Block block) throws IOException {
    boolean here = false;
    for (String line : Files.readAllLines(Path.of("/proc/self/smaps"))) {
      if (line.matches("[0-9a-f]+-[0-9a-f]+ .*")) {
        String[] range = line.substring(0, line.indexOf(' ')).split("-", -1);
        here =
            block.address() >= Long.parseUnsignedLong(range[0], 16)
                && block.address() < Long.parseUnsignedLong(range[1], 16);
      } else if (here && line.startsWith("AnonHugePages:")) {
        return Long.parseLong(line.replaceAll("\\D", "")) << 10;
      }
    }
    return 0;
  }

  @Test
  void theClockSplitsNoneAndGivesWholeOnesBack() throws IOException {
    List<Block> blocks = fill(engine);
    assertThat(engine.pool().committedBytes()).isEqualTo(CHUNKS * CHUNK);
    long full = hugeBytes(blocks.getFirst());

    // One of two halves goes in each of the first chunks, and all of the last.
    for (int i = 0; i < 2 * CHUNKS; i += 2) {
      blocks.get(i).close();
    }
    blocks.get(2 * CHUNKS - 1).close();
    tick(engine);

    assertThat(engine.pool().committedBytes()).isEqualTo((CHUNKS - 1) * CHUNK);
    assertThat(readHugeBytes(blocks.get(1))).isBetween(full - CHUNK, full);
    for (int i = 1; i < 2 * CHUNKS - 1; i += 2) {
      assertThat(blocks.get(i).segment().toArray(java.lang.foreign.ValueLayout.JAVA_BYTE))
          .containsOnly(7);
    }

    // Asked for, the other halves go as well.
    engine.purge();
    Invariants.check(engine);
    assertThat(engine.pool().committedBytes()).isEqualTo((CHUNKS - 1) * CHUNK / 2);
    assertThat(readHugeBytes(blocks.get(1))).isZero();
  }

  @Test
  void aChunkCountsAsCommittedAsAWhole() throws IOException {
    try (Block small = engine.budgets().root().allocate(100)) {
      small.segment().fill((byte) 1);
      assertThat(engine.pool().committedBytes()).isEqualTo(CHUNK);
      assertThat(hugeBytes(small)).isEqualTo(CHUNK);
      // That is already there.
      try (Block second = engine.budgets().root().allocate(CHUNK / 2)) {
        second.segment().fill((byte) 2);
        assertThat(engine.pool().committedBytes()).isEqualTo(CHUNK);
      }
    }
    tick(engine);
    assertThat(engine.pool().committedBytes()).isZero();
  }

  @Test
  void withoutThemPartsGoByTheClock() {
    Engine plain = engine(false);
    List<Block> blocks = fill(plain);
    for (int i = 0; i < 2 * CHUNKS; i += 2) {
      blocks.get(i).close();
    }
    tick(plain);
    assertThat(plain.pool().committedBytes()).isEqualTo(CHUNKS * CHUNK / 2);
    plain.close();
  }
}
