package io.rmm.benchmarks.scenario;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.rmm.benchmarks.peer.Blocks;
import io.rmm.benchmarks.peer.Peer;
import io.rmm.benchmarks.peer.PeerKind;
import io.rmm.benchmarks.scenario.AllocationProfile.Entry;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class TraceTest {

  private static final int OPERATIONS = 20_000;

  /** Half live on the mean of the last size: now there, now not. */
  private static final AllocationProfile PROFILE =
      new AllocationProfile(
          List.of(new Entry(4, 600, 900), new Entry(64, 300, 50), new Entry(4096, 100, 0.5)));

  private final Trace trace = Trace.draw(PROFILE, OPERATIONS, 1);

  /** Blocks of a real peer that tell of misuse by the trace, and what was asked for. */
  private static final class Checked extends Blocks {

    private final Blocks blocks;
    private final int[] held;
    private final List<Integer> allocated = new ArrayList<>();
    private long bytes;
    private long peak;
    private int operations;

    Checked(Blocks blocks) {
      this.blocks = blocks;
      this.held = new int[blocks.length()];
    }

    @Override
    public void allocate(int slot, int size) {
      assertThat(blocks.isEmpty(slot)).isTrue();
      assertThat(size).isPositive();
      blocks.allocate(slot, size);
      held[slot] = size;
      allocated.add(size);
      bytes += size;
      peak = Math.max(peak, bytes);
      operations++;
    }

    @Override
    public void free(int slot) {
      assertThat(blocks.isEmpty(slot)).isFalse();
      assertThat(held[slot] >= Long.BYTES ? blocks.getLong(slot, 0) : blocks.get(slot, 0))
          .isEqualTo(held[slot] >= Long.BYTES ? slot : (byte) slot);
      blocks.free(slot);
      bytes -= held[slot];
      operations++;
    }

    @Override
    public int length() {
      return blocks.length();
    }

    @Override
    public boolean isEmpty(int slot) {
      return blocks.isEmpty(slot);
    }

    @Override
    public void putLong(int slot, int offset, long value) {
      blocks.putLong(slot, offset, value);
    }

    @Override
    public long getLong(int slot, int offset) {
      return blocks.getLong(slot, offset);
    }

    @Override
    public void put(int slot, int offset, byte value) {
      blocks.put(slot, offset, value);
    }

    @Override
    public byte get(int slot, int offset) {
      return blocks.get(slot, offset);
    }

    @Override
    public MemorySegment segment(int slot) {
      return blocks.segment(slot);
    }

    @Override
    public void exchange(int slot, int size, long value) {
      throw new UnsupportedOperationException("traces do not share tables");
    }

    @Override
    public void swap(int slot, Blocks other, int otherSlot) {
      throw new UnsupportedOperationException("traces do not share tables");
    }
  }

  @Test
  void canBeReplayedOverAndOver() {
    try (Peer peer = PeerKind.RMM_BARE.open()) {
      Checked blocks = new Checked(peer.blocks(trace.table()));
      int[] held = trace.held();
      trace.populate(blocks);
      assertThat(blocks.bytes).isEqualTo(trace.populationBytes());
      int populated = blocks.operations;
      for (int replay = 1; replay <= 2; replay++) {
        long growth = trace.replay(blocks, held, 0, 1000);
        assertThat(blocks.bytes).isEqualTo(trace.populationBytes() + growth);
        growth += trace.replay(blocks, held, 1000, trace.operations());
        assertThat(growth).isZero();
        assertThat(blocks.bytes).isEqualTo(trace.populationBytes());
        assertThat(blocks.operations).isEqualTo(populated + replay * trace.operations());
        assertThat(held).isEqualTo(trace.held());
      }
      assertThat(blocks.peak).isEqualTo(trace.peakBytes());
      blocks.freeAll();
    }
  }

  @Test
  void followsRatesAndKeepsThePopulation() {
    try (Peer peer = PeerKind.RMM_BARE.open()) {
      Checked blocks = new Checked(peer.blocks(trace.table()));
      trace.populate(blocks);
      int populated = blocks.allocated.size();
      assertThat(populated).isBetween(950, 951);
      trace.replay(blocks, trace.held(), 0, OPERATIONS - OPERATIONS / 10);
      // Births only: nearly half of all operations, since the population keeps its size.
      List<Integer> born = blocks.allocated.subList(populated, blocks.allocated.size());
      assertThat((double) born.size()).isCloseTo(0.45 * OPERATIONS, within(0.015 * OPERATIONS));
      assertThat(share(born, 4)).isCloseTo(0.6, within(0.02));
      assertThat(share(born, 64)).isCloseTo(0.3, within(0.02));
      assertThat(share(born, 4096)).isCloseTo(0.1, within(0.01));
      blocks.freeAll();
    }
  }

  private static double share(List<Integer> sizes, int size) {
    return sizes.stream().filter(candidate -> candidate == size).count() / (double) sizes.size();
  }

  @Test
  void aSeedGivesTheSameTraceAgain() {
    assertThat(Trace.draw(PROFILE, 1000, 5).held()).isEqualTo(Trace.draw(PROFILE, 1000, 5).held());
    assertThat(Trace.draw(PROFILE, 1000, 5).peakBytes())
        .isEqualTo(Trace.draw(PROFILE, 1000, 5).peakBytes());
  }
}
