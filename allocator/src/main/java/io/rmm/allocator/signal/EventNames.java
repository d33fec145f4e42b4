package io.rmm.allocator.signal;

/** The names of the Flight Recorder events as constants, for annotations. */
public final class EventNames {

  public static final String ALLOCATION_SAMPLE = "rmm.AllocationSample";
  public static final String ALLOCATION = "rmm.Allocation";
  public static final String FREE = "rmm.Free";
  public static final String SLOW_ALLOCATION = "rmm.SlowAllocation";
  public static final String CHUNK_MAP = "rmm.ChunkMap";
  public static final String CHUNK_UNMAP = "rmm.ChunkUnmap";
  public static final String ARENA_CLOSE = "rmm.ArenaClose";
  public static final String PRESSURE_CHANGE = "rmm.PressureChange";
  public static final String ALLOCATION_REJECTED = "rmm.AllocationRejected";
  public static final String MISUSE = "rmm.Misuse";
  public static final String LEAK_SUSPECT = "rmm.LeakSuspect";
  public static final String MANAGER_STATISTICS = "rmm.ManagerStatistics";
  public static final String BUDGET_STATISTICS = "rmm.BudgetStatistics";
  public static final String SIZE_CLASS_STATISTICS = "rmm.SizeClassStatistics";
  public static final String THREAD_HEAP_STATISTICS = "rmm.ThreadHeapStatistics";
  public static final String TUNING_DECISION = "rmm.TuningDecision";
  public static final String TUNING_OUTCOME = "rmm.TuningOutcome";
  public static final String CONTROL_ACTION = "rmm.ControlAction";
  public static final String EXPORTER_STATISTICS = "rmm.ExporterStatistics";
  public static final String CONFIGURATION = "rmm.Configuration";
  public static final String SCOPE = "rmm.Scope";

  private EventNames() {}
}
