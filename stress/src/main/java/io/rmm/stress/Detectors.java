package io.rmm.stress;

import io.rmm.allocator.MemoryManager;
import io.rmm.allocator.SafetyMode;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/**
 * How much a manager under stress spends on finding misuse: the settings of its builder, as options
 * that are named like the properties of the global manager.
 */
final class Detectors {

  /**
   * Milliseconds after which the sample interval is set anew. A manager lengthens it with every
   * hundred observations within a second, so that they stay cheap; here they are what is tried.
   */
  private static final long BETWEEN_SETTINGS_MILLIS = 10;

  @Option(
      names = "--safety",
      paramLabel = "MODE",
      defaultValue = "STANDARD",
      description = "${COMPLETION-CANDIDATES}. Default: ${DEFAULT-VALUE}.")
  private SafetyMode mode = SafetyMode.STANDARD;

  @Option(
      names = "--sample-interval",
      paramLabel = "BYTES",
      description =
          "Mean bytes between two observed blocks, which is kept although there are many. Default:"
              + " the manager's, which adapts.")
  private @Nullable Long sampleInterval;

  @Option(
      names = "--guard-budget",
      paramLabel = "BYTES",
      description = "Bytes of the pages of guarded blocks at a time. Default: the manager's.")
  private @Nullable Long guardBudget;

  @Option(
      names = "--quarantine",
      paramLabel = "BYTES",
      description = "How much freed memory rests in SAFE and PARANOID. Default: the mode's.")
  private @Nullable Long quarantine;

  @Spec(Spec.Target.MIXEE)
  private CommandSpec spec = CommandSpec.create();

  /** Made by picocli. */
  Detectors() {}

  /** Begins a manager with these settings, which has no views, and tells {@code alarms}. */
  MemoryManager.Builder manager(String name, Alarms alarms) {
    MemoryManager.Builder builder =
        MemoryManager.builder().name(name).safetyMode(mode).discoverViews(false).listener(alarms);
    try {
      set(builder);
    } catch (IllegalArgumentException e) {
      throw new ParameterException(spec.commandLine(), e.getMessage(), e);
    }
    return builder;
  }

  private void set(MemoryManager.Builder builder) {
    if (sampleInterval != null) {
      builder.sampleInterval(sampleInterval);
    }
    if (guardBudget != null) {
      builder.guardBudget(guardBudget);
    }
    if (quarantine != null) {
      builder.quarantine(quarantine);
    }
  }

  /** Tells whether freed memory rests. */
  boolean isQuarantining() {
    return mode == SafetyMode.SAFE || mode == SafetyMode.PARANOID;
  }

  /** Keeps the sample interval of {@code manager} as it was set, until the result is closed. */
  ScheduledExecutorService keepSampling(MemoryManager manager) {
    ScheduledExecutorService keeper =
        Executors.newSingleThreadScheduledExecutor(
            Thread.ofPlatform().daemon().name("sampling").factory());
    if (sampleInterval != null && mode != SafetyMode.PARANOID) {
      long bytes = sampleInterval;
      var _ =
          keeper.scheduleWithFixedDelay(
              () -> manager.setSampleInterval(bytes),
              0,
              BETWEEN_SETTINGS_MILLIS,
              TimeUnit.MILLISECONDS);
    }
    return keeper;
  }
}
