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

  private static final int COUNT = 1 << 16;
  private static final long PATIENCE_MILLIS = 10;

  private final boolean remembers;
  private final int producers;
  private final int batch;
  private final int least;
  private final int most;
  private final BlockingQueue<Blocks> empty;
  private final BlockingQueue<Blocks> full;

  private ProducersAndConsumers(Peer peer, boolean remembers, Settings settings) {
    int batches = settings.number("batches");
    this.remembers = remembers;
    this.producers = settings.number("producers");
    this.batch = settings.number("batch");
    this.least = settings.number("least");
    this.most = settings.number("most");
    this.empty = new ArrayBlockingQueue<>(batches);
    this.full = new ArrayBlockingQueue<>(batches);
    for (int i = 0; i < batches; i++) {
      empty.add(peer.blocks(batch));
    }
  }

  /**
   * Settings: {@code producers} and {@code consumers} (threads), {@code batch} (blocks; the queue's
   * costs are divided by it), {@code batches} (bounds what is alive), {@code least} and {@code
   * most} (bytes, log-uniform), {@code warmup}, {@code measure}.
   */
  static Map<String, Double> measure(PeerKind kind, Settings settings) throws Exception {
    try (Peer peer = kind.open()) {
      var scenario = new ProducersAndConsumers(peer, kind != PeerKind.NONE, settings);
      int threads = settings.number("producers") + settings.number("consumers");
      Map<String, Double> result = new Race(peer, threads).run(settings, scenario::work);
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
    int[] sizes = Sizes.logUniform(least, most, COUNT, thread);
    int next = 0;
    while (race.isOn()) {
      Blocks blocks = empty.poll(PATIENCE_MILLIS, TimeUnit.MILLISECONDS);
      if (blocks == null) {
        continue;
      }
      for (int slot = 0; slot < batch; slot++) {
        blocks.allocate(slot, sizes[next++ & (COUNT - 1)]);
        blocks.putLong(slot, 0, slot);
      }
      full.add(blocks);
    }
  }

  private void consume(int thread, Race race) throws InterruptedException {
    while (race.isOn()) {
      Blocks blocks = full.poll(PATIENCE_MILLIS, TimeUnit.MILLISECONDS);
      if (blocks == null) {
        continue;
      }
      for (int slot = 0; slot < batch; slot++) {
        if (blocks.getLong(slot, 0) != slot && remembers) {
          throw new IllegalStateException("block " + slot + " holds " + blocks.getLong(slot, 0));
        }
        blocks.free(slot);
      }
      empty.add(blocks);
      race.did(thread, batch);
    }
  }
}
