package io.rmm.allocator;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/** A listener that keeps what it is told. */
final class Reports implements MemoryListener {

  final List<MisuseReport> misuses = new CopyOnWriteArrayList<>();
  final List<AllocationSample> samples = new CopyOnWriteArrayList<>();
  final List<LeakSuspect> leaks = new CopyOnWriteArrayList<>();
  final List<AllocationRejection> rejections = new CopyOnWriteArrayList<>();
  final List<ChunkEvent> chunks = new CopyOnWriteArrayList<>();
  final List<TuningDecision> decisions = new CopyOnWriteArrayList<>();

  @Override
  public void onMisuse(MisuseReport report) {
    misuses.add(report);
  }

  @Override
  public void onSample(AllocationSample sample) {
    samples.add(sample);
  }

  @Override
  public void onLeak(LeakSuspect suspect) {
    leaks.add(suspect);
  }

  @Override
  public void onRejection(AllocationRejection rejection) {
    rejections.add(rejection);
  }

  @Override
  public void onChunk(ChunkEvent event) {
    chunks.add(event);
  }

  @Override
  public void onTuning(TuningDecision decision) {
    decisions.add(decision);
  }

  /** Returns the one misuse that was reported since the last call. */
  MisuseReport onlyMisuse() {
    assertThat(misuses).as("misuse reports").hasSize(1);
    return misuses.remove(0);
  }
}
