package io.rmm.jmx;

import io.rmm.allocator.MemoryListener;
import io.rmm.allocator.MemorySource;
import io.rmm.allocator.TuningDecision;
import io.rmm.allocator.TuningKnob;
import io.rmm.allocator.TuningOutcome;
import java.util.List;
import java.util.Map;

/** The knobs of a source, and the decisions about them. */
final class TuningBean implements TuningMXBean, MemoryListener {

  private final MemorySource source;
  private final Snapshots snapshots;
  private final BeanNotifications notifications;
  private final Recent<DecisionRow> decisions = new Recent<>();

  TuningBean(MemorySource source, Snapshots snapshots, BeanNotifications notifications) {
    this.source = source;
    this.snapshots = snapshots;
    this.notifications = notifications;
  }

  @Override
  public void onTuning(TuningDecision decision) {
    DecisionRow row = DecisionRow.of(decision, System.currentTimeMillis());
    decisions.add(row);
    notifications.send(
        row.knob() + " " + row.verdict() + " at " + row.newValue() + ": " + row.reason(),
        row.time(),
        row);
  }

  @Override
  public void onTuningOutcome(TuningOutcome outcome) {
    decisions.replaceNewest(
        row -> row.awaitsOutcomeOf(outcome.decision()), row -> row.with(outcome));
  }

  @Override
  public String getMode() {
    return source.tuningMode().map(Enum::name).orElse("");
  }

  @Override
  public List<KnobRow> getKnobs() {
    return List.of(new KnobRow(TuningKnob.RETAINED_BYTES.id(), retainedBytes(), "bytes"));
  }

  @Override
  public Map<String, Long> getKnobValues() {
    return Map.of(TuningKnob.RETAINED_BYTES.id(), retainedBytes());
  }

  private long retainedBytes() {
    return snapshots.current().snapshot().retainedLimitBytes();
  }

  @Override
  public long getDecisionCount() {
    return snapshots.current().snapshot().tuningDecisions();
  }

  @Override
  public List<DecisionRow> getDecisions() {
    return decisions.newestFirst();
  }

  @Override
  public List<WhatIfRow> getWhatIf() {
    return source.whatIf().stream().map(WhatIfRow::of).toList();
  }
}
