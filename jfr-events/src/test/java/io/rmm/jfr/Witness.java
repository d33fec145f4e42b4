package io.rmm.jfr;

import io.rmm.allocator.AllocationRejection;
import io.rmm.allocator.AllocationSample;
import io.rmm.allocator.ChunkEvent;
import io.rmm.allocator.LeakSuspect;
import io.rmm.allocator.MemoryListener;
import io.rmm.allocator.MisuseReport;
import io.rmm.allocator.TuningDecision;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/** Keeps all that a manager tells its listeners, to compare the recording with. */
final class Witness implements MemoryListener {

  final List<AllocationSample> samples = list();
  final List<ChunkEvent> chunks = list();
  final List<AllocationRejection> rejections = list();
  final List<MisuseReport> misuses = list();
  final List<LeakSuspect> leaks = list();
  final List<TuningDecision> decisions = list();

  @Override
  public void onSample(AllocationSample sample) {
    samples.add(sample);
  }

  @Override
  public void onChunk(ChunkEvent event) {
    chunks.add(event);
  }

  @Override
  public void onRejection(AllocationRejection rejection) {
    rejections.add(rejection);
  }

  @Override
  public void onMisuse(MisuseReport report) {
    misuses.add(report);
  }

  @Override
  public void onLeak(LeakSuspect suspect) {
    leaks.add(suspect);
  }

  @Override
  public void onTuning(TuningDecision decision) {
    decisions.add(decision);
  }

  private static <T> List<T> list() {
    return Collections.synchronizedList(new ArrayList<>());
  }
}
