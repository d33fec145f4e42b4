package io.rmm.jfr;

import io.rmm.jfr.Signal.Elsewhere;
import io.rmm.jfr.Signal.Occurrence;
import io.rmm.jfr.Signal.State;
import java.util.List;
import java.util.Optional;

/** All events of this module. An event is its class and a line here. */
final class Signals {

  static final List<Signal> ALL =
      List.of(
          new Occurrence(AllocationSampleEvent.class, AllocationSampleEvent::listener),
          new Occurrence(AllocationEvent.class, TraceListener::new),
          new Elsewhere(FreeEvent.class), // by the same listener
          new Occurrence(SlowAllocationEvent.class, SlowAllocationEvent::listener),
          new Occurrence(ChunkMapEvent.class, ChunkMapEvent::listener),
          new Occurrence(ChunkUnmapEvent.class, ChunkUnmapEvent::listener),
          new Occurrence(ArenaCloseEvent.class, ArenaCloseEvent::listener),
          new Occurrence(PressureChangeEvent.class, PressureChangeEvent::listener),
          new Occurrence(AllocationRejectedEvent.class, AllocationRejectedEvent::listener),
          new Occurrence(MisuseEvent.class, MisuseEvent::listener),
          new Occurrence(LeakSuspectEvent.class, LeakSuspectEvent::listener),
          new Occurrence(TuningDecisionEvent.class, TuningDecisionEvent::listener),
          new Occurrence(TuningOutcomeEvent.class, TuningOutcomeEvent::listener),
          new Occurrence(ControlActionEvent.class, ControlActionEvent::listener),
          new State(ManagerStatisticsEvent.class, ManagerStatisticsEvent::commitFor),
          new State(BudgetStatisticsEvent.class, BudgetStatisticsEvent::commitFor),
          new State(SizeClassStatisticsEvent.class, SizeClassStatisticsEvent::commitFor),
          new State(ThreadHeapStatisticsEvent.class, ThreadHeapStatisticsEvent::commitFor),
          new State(
              ExporterStatisticsEvent.class,
              ExporterStates::commitFor,
              Optional.of(ExporterStates::endListener)),
          new State(ConfigurationEvent.class, ConfigurationEvent::commitFor),
          new Elsewhere(ScopeEvent.class));

  private Signals() {}
}
