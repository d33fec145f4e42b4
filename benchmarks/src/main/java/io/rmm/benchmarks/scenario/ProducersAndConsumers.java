package io.rmm.benchmarks.scenario;

import io.rmm.benchmarks.Sizes;
import io.rmm.benchmarks.peer.Blocks;
import io.rmm.benchmarks.peer.Peer;
import io.rmm.benchmarks.peer.PeerKind;
import java.util.Map;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.TimeUnit;

/**
 * Some threads allocate blocks and write to them, others read and free them: every free is remote.
 *
 * <p>Blocks travel in batches, so that the queue's locks do not outweigh the allocator. An
 * operation is one block's whole life.
 */
final class ProducersAndConsumers {

  /** Blocks in a batch; the queue's costs are divided by it. */
  private static final int BATCH = 128;

  /** Batches for each thread; bounds what is alive. */
  private static final int BATCHES_A_THREAD = 4;

  private static final int COUNT = 1 << 16;
  private static final int LEAST = 16;
  private static final int MOST = 4 << 10;
  private static final long PATIENCE_MILLIS = 10;

  private final boolean remembers;
  private final int producers;
  private final BlockingQueue<Blocks> empty;
  private final BlockingQueue<Blocks> full;

  private ProducersAndConsumers(Peer peer, boolean remembers, int producers, int consumers) {
    int batches = (producers + consumers) * BATCHES_A_THREAD;
    this.remembers = remembers;
    this.producers = producers;
    this.empty = new ArrayBlockingQueue<>(batches);
    this.full = new ArrayBlockingQueue<>(batches);
    for (int i = 0; i < batches; i++) {
      empty.add(peer.blocks(BATCH));
    }
  }

  /** Settings: {@code producers}, {@code consumers}, {@code warmup}, {@code measure}. */
  static Map<String, Double> measure(PeerKind kind, Settings settings) throws Exception {
    int producers = settings.number("producers");
    int consumers = settings.number("consumers");
    try (Peer peer = kind.open()) {
      var scenario = new ProducersAndConsumers(peer, kind != PeerKind.NONE, producers, consumers);
      Map<String, Double> result =
          new Race(peer, producers + consumers).run(settings, scenario::work);
      scenario.full.forEach(Blocks::freeAll);
      return result;
    }
  }

  private void work(int thread, Race race) throws InterruptedException {
    if (thread < producers) {
      produce(thread, race);
    } else {
      consume(thread, race);
    }
  }

  private void produce(int thread, Race race) throws InterruptedException {
    int[] sizes = Sizes.logUniform(LEAST, MOST, COUNT, thread);
    int next = 0;
    while (race.isOn()) {
      Blocks batch = empty.poll(PATIENCE_MILLIS, TimeUnit.MILLISECONDS);
      if (batch == null) {
        continue;
      }
      for (int slot = 0; slot < BATCH; slot++) {
        batch.allocate(slot, sizes[next++ & (COUNT - 1)]);
        batch.putLong(slot, slot);
      }
      full.add(batch);
    }
  }

  private void consume(int thread, Race race) throws InterruptedException {
    while (race.isOn()) {
      Blocks batch = full.poll(PATIENCE_MILLIS, TimeUnit.MILLISECONDS);
      if (batch == null) {
        continue;
      }
      for (int slot = 0; slot < BATCH; slot++) {
        if (batch.getLong(slot) != slot && remembers) {
          throw new IllegalStateException("block " + slot + " holds " + batch.getLong(slot));
        }
        batch.free(slot);
      }
      empty.add(batch);
      race.did(thread, BATCH);
    }
  }
}
