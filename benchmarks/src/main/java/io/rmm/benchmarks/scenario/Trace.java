package io.rmm.benchmarks.scenario;

import io.rmm.benchmarks.Sizes;
import io.rmm.benchmarks.peer.Blocks;
import java.util.Arrays;
import java.util.random.RandomGenerator;

/**
 * A sequence of allocations and frees that follows a profile, drawn once and replayed over and
 * over.
 *
 * <p><b>What is drawn.</b> As google/fleetbench does it: a population of live blocks; then births,
 * each size in proportion to its rate, and deaths, where every block of a size is as likely to die
 * as any other, in proportion to rate / live, so that the population keeps its make-up.
 *
 * <p><b>How it closes.</b> After the last operation the population is another one than at first. So
 * that it can be replayed, what was born and still lives is freed, and what has died of the first
 * population is allocated again, one of each in turn, so that the live bytes do not dip.
 *
 * <p>Every page of a block is written to, or what is resident would say nothing.
 */
final class Trace {

  private static final int PAGE = 4096;

  private final int[] population;
  private final int[] slots;
  private final int[] sizes;
  private final int table;
  private final long peakBytes;

  private Trace(int[] population, int[] slots, int[] sizes, int table) {
    this.population = population;
    this.slots = slots;
    this.sizes = sizes;
    this.table = table;
    this.peakBytes = peakOf(population, slots, sizes, table);
  }

  /** Draws about {@code operations} operations. */
  static Trace draw(AllocationProfile profile, int operations, long seed) {
    return new Drawing(profile, operations, Sizes.random(seed)).trace();
  }

  /** Returns the number of slots that a table must have. */
  int table() {
    return table;
  }

  /** Returns the number of operations of one replay. */
  int operations() {
    return slots.length;
  }

  /** Returns the most bytes that live at a time. */
  long peakBytes() {
    return peakBytes;
  }

  /** Returns the bytes of the population that every replay begins and ends with. */
  long populationBytes() {
    return Arrays.stream(population).asLongStream().sum();
  }

  /** Allocates the population. */
  void populate(Blocks blocks) {
    for (int slot = 0; slot < population.length; slot++) {
      allocate(blocks, slot, population[slot]);
    }
  }

  /**
   * Does the operations from {@code from} to before {@code to}.
   *
   * @param held the bytes in each slot, which are kept up to date
   * @return the bytes by which the requested ones have grown
   */
  long replay(Blocks blocks, int[] held, int from, int to) {
    long growth = 0;
    for (int i = from; i < to; i++) {
      int slot = slots[i];
      int size = sizes[i];
      if (size == 0) {
        blocks.free(slot);
      } else {
        allocate(blocks, slot, size);
      }
      growth += size - held[slot];
      held[slot] = size;
    }
    return growth;
  }

  /** Returns what is held in each slot when the population lives and nothing else. */
  int[] held() {
    return Arrays.copyOf(population, table);
  }

  private static void allocate(Blocks blocks, int slot, int size) {
    blocks.allocate(slot, size);
    if (size >= Long.BYTES) {
      blocks.putLong(slot, 0, slot);
    } else {
      blocks.put(slot, 0, (byte) slot);
    }
    for (int offset = PAGE; offset < size; offset += PAGE) {
      blocks.put(slot, offset, (byte) slot);
    }
  }

  private static long peakOf(int[] population, int[] slots, int[] sizes, int table) {
    int[] held = Arrays.copyOf(population, table);
    long bytes = Arrays.stream(population).asLongStream().sum();
    long peak = bytes;
    for (int i = 0; i < slots.length; i++) {
      bytes += sizes[i] - held[slots[i]];
      held[slots[i]] = sizes[i];
      peak = Math.max(peak, bytes);
    }
    return peak;
  }

  /** Draws one trace. */
  private static final class Drawing {

    private final RandomGenerator random;
    private final int[] sizeOf;
    private final double[] births;
    private final double[] deathRate;
    private final Fenwick deaths;
    private final Members[] members;
    private final int[] population;
    private final Recording recording = new Recording();
    private final Slots free = new Slots();

    Drawing(AllocationProfile profile, int operations, RandomGenerator random) {
      int count = profile.entries().size();
      this.random = random;
      this.sizeOf = new int[count];
      this.births = new double[count];
      this.deathRate = new double[count];
      this.deaths = new Fenwick(count);
      this.members = new Members[count];
      double rate = 0;
      Recording first = new Recording();
      for (int i = 0; i < count; i++) {
        AllocationProfile.Entry entry = profile.entries().get(i);
        sizeOf[i] = entry.size();
        rate += entry.rate();
        births[i] = rate;
        deathRate[i] = entry.rate() / entry.live();
        members[i] = new Members();
        // A half live block is there in every other trace.
        int live = (int) (entry.live() + random.nextDouble());
        for (int k = 0; k < live; k++) {
          members[i].add(first.count());
          first.add(first.count(), entry.size());
        }
        deaths.add(i, live * deathRate[i]);
      }
      this.population = first.sizes();
      free.next = population.length;
      for (int k = 0; k < operations; k++) {
        if (random.nextDouble() * (rate + deaths.sum()) < rate) {
          birth();
        } else {
          death();
        }
      }
      close();
    }

    Trace trace() {
      return new Trace(population, recording.slots(), recording.sizes(), free.next);
    }

    private void birth() {
      int i = Arrays.binarySearch(births, random.nextDouble() * births[births.length - 1]);
      i = Math.min(i < 0 ? -i - 1 : i, births.length - 1);
      int slot = free.take();
      members[i].add(slot);
      deaths.add(i, deathRate[i]);
      recording.add(slot, sizeOf[i]);
    }

    private void death() {
      int i = deaths.find(random.nextDouble() * deaths.sum());
      // Rounding may have left a trace of weight where nobody lives.
      if (members[i].count > 0) {
        int slot = members[i].removeAny(random);
        deaths.add(i, -deathRate[i]);
        recording.add(slot, 0);
        // Slots of the first population stay free, for its return.
        if (slot >= population.length) {
          free.give(slot);
        }
      }
    }

    private void close() {
      boolean[] alive = new boolean[population.length];
      Members born = new Members();
      for (Members some : members) {
        for (int k = 0; k < some.count; k++) {
          if (some.slots[k] < population.length) {
            alive[some.slots[k]] = true;
          } else {
            born.add(some.slots[k]);
          }
        }
      }
      Members dead = new Members();
      for (int slot = 0; slot < alive.length; slot++) {
        if (!alive[slot]) {
          dead.add(slot);
        }
      }
      while (born.count > 0 || dead.count > 0) {
        if (born.count > 0) {
          recording.add(born.removeAny(random), 0);
        }
        if (dead.count > 0) {
          int slot = dead.removeAny(random);
          recording.add(slot, population[slot]);
        }
      }
    }
  }

  /** Slots that are free for newborn blocks. */
  private static final class Slots {
    private final Members free = new Members();
    private int next;

    int take() {
      return free.count > 0 ? free.slots[--free.count] : next++;
    }

    void give(int slot) {
      free.add(slot);
    }
  }

  /** A bag of slots. */
  private static final class Members {
    private int[] slots = new int[4];
    private int count;

    void add(int slot) {
      if (count == slots.length) {
        slots = Arrays.copyOf(slots, 2 * count);
      }
      slots[count++] = slot;
    }

    int removeAny(RandomGenerator random) {
      int i = random.nextInt(count);
      int slot = slots[i];
      slots[i] = slots[--count];
      return slot;
    }
  }

  /** Operations as they are drawn. */
  private static final class Recording {
    private final Members slots = new Members();
    private final Members sizes = new Members();

    void add(int slot, int size) {
      slots.add(slot);
      sizes.add(size);
    }

    int count() {
      return slots.count;
    }

    int[] slots() {
      return Arrays.copyOf(slots.slots, slots.count);
    }

    int[] sizes() {
      return Arrays.copyOf(sizes.slots, sizes.count);
    }
  }
}
