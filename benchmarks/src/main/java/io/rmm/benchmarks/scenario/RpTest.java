package io.rmm.benchmarks.scenario;

import io.rmm.benchmarks.Sizes;
import io.rmm.benchmarks.peer.Blocks;
import io.rmm.benchmarks.peer.Peer;
import io.rmm.benchmarks.peer.PeerKind;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.random.RandomGenerator;

/**
 * The pattern of rptest: blocks of 8 to 16,000 B, every size as likely as any other, in 1,000 slots
 * a thread. Each turn frees 30 to 99 scattered ones and allocates 30 to 99; every second turn also
 * allocates a batch that the next thread frees. Every page of a block is written to. An operation
 * is one allocation or one free.
 */
final class RpTest {

  private static final int SLOTS = 1000;
  private static final int LEAST = 8;
  private static final int MOST = 16_000;
  private static final int COUNT = 1 << 16;
  private static final int PAGE = 4096;

  /** Coprime to the number of slots, so that all are met. */
  private static final int STRIDE = 701;

  /** Batches under way to one thread: with more threads than processors, it may not run. */
  private static final int MOST_BATCHES = 16;

  private final Peer peer;
  private final Mailbox[] mailboxes;

  private RpTest(Peer peer, int threads) {
    this.peer = peer;
    this.mailboxes = new Mailbox[threads];
    for (int thread = 0; thread < threads; thread++) {
      mailboxes[thread] = new Mailbox();
    }
  }

  /** Batches for one thread. */
  private static final class Mailbox {
    private final Queue<Blocks> batches = new ConcurrentLinkedQueue<>();
    private final AtomicInteger waiting = new AtomicInteger();
  }

  /** Settings: {@code threads}, {@code warmup}, {@code measure}. */
  static Map<String, Double> measure(PeerKind kind, Settings settings) throws Exception {
    int threads = settings.number("threads");
    try (Peer peer = kind.open()) {
      RpTest test = new RpTest(peer, threads);
      Map<String, Double> result = new Race(peer, threads).run(settings, test::work);
      for (Mailbox mailbox : test.mailboxes) {
        mailbox.batches.forEach(Blocks::freeAll);
      }
      return result;
    }
  }

  private void work(int thread, Race race) {
    RandomGenerator random = Sizes.random(thread);
    int[] sizes = Sizes.uniform(LEAST, MOST, COUNT, 100 + thread);
    Blocks blocks = peer.blocks(SLOTS);
    int next = 0;
    for (int turn = 0; race.isOn(); turn++) {
      int operations = empty(mailboxes[thread]);
      int slot = random.nextInt(SLOTS);
      for (int k = 30 + random.nextInt(70); k > 0; k--) {
        if (!blocks.isEmpty(slot)) {
          blocks.free(slot);
          operations++;
        }
        slot = (slot + STRIDE) % SLOTS;
      }
      slot = random.nextInt(SLOTS);
      for (int k = 30 + random.nextInt(70); k > 0; k--) {
        if (blocks.isEmpty(slot)) {
          allocate(blocks, slot, sizes[next++ & (COUNT - 1)]);
          operations++;
        }
        slot = (slot + STRIDE) % SLOTS;
      }
      Mailbox neighbour = mailboxes[(thread + 1) % mailboxes.length];
      if (turn % 2 == 1 && neighbour.waiting.get() < MOST_BATCHES) {
        Blocks batch = peer.blocks(30 + random.nextInt(70));
        for (int i = 0; i < batch.length(); i++) {
          allocate(batch, i, sizes[next++ & (COUNT - 1)]);
        }
        neighbour.waiting.incrementAndGet();
        neighbour.batches.add(batch);
        operations += batch.length();
      }
      race.did(thread, operations);
    }
    blocks.freeAll();
  }

  /** Frees what others have sent, and returns how many blocks that were. */
  private static int empty(Mailbox mailbox) {
    int freed = 0;
    for (Blocks batch = mailbox.batches.poll(); batch != null; batch = mailbox.batches.poll()) {
      mailbox.waiting.decrementAndGet();
      batch.freeAll();
      freed += batch.length();
    }
    return freed;
  }

  private static void allocate(Blocks blocks, int slot, int size) {
    blocks.allocate(slot, size);
    for (int offset = 0; offset < size; offset += PAGE) {
      blocks.put(slot, offset, (byte) slot);
    }
  }
}
