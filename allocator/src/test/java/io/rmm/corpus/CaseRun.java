package io.rmm.corpus;

import io.rmm.allocator.AllocationRejectedException;
import io.rmm.allocator.AllocationSample;
import io.rmm.allocator.Block;
import io.rmm.allocator.BudgetLimits;
import io.rmm.allocator.MemoryListener;
import io.rmm.allocator.MemoryManager;
import io.rmm.allocator.MemoryMisuseException;
import io.rmm.allocator.MisuseKind;
import io.rmm.allocator.MisuseReport;
import io.rmm.allocator.SafetyMode;
import java.lang.foreign.Arena;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.regex.Pattern;

/**
 * A case while it runs: a manager, with blocks in it that have no part in the misuse, and what was
 * thrown and told.
 */
final class CaseRun implements MemoryListener {

  /** More than any good twin needs, and less than what is asked for in excess. */
  static final long LIMIT = 8 << 20;

  private static final Pattern NUMBER = Pattern.compile("\\d+");

  final MemoryManager manager;
  private final Variant variant;
  private final Flow flow;
  private final boolean isBad;
  private final List<MisuseReport> reports = new CopyOnWriteArrayList<>();
  private final Set<Long> bystanders = ConcurrentHashMap.newKeySet();
  private final List<Block> bystanderBlocks = new ArrayList<>();
  private final Arena bystanderArena;
  private volatile boolean isSettingUp = true;
  private Throwable thrown;
  private Optional<MisuseReport> explanation = Optional.empty();

  CaseRun(Variant variant, Flow flow, SafetyMode mode, boolean isBad, boolean hasGuards) {
    this.variant = variant;
    this.flow = flow;
    this.isBad = isBad;
    MemoryManager.Builder builder = MemoryManager.builder();
    if (!hasGuards) {
      builder.guardBudget(0);
    }
    this.manager =
        builder
            .discoverViews(false)
            .safetyMode(mode)
            .limits(BudgetLimits.hard(LIMIT))
            // Nothing is found by luck.
            .sampleInterval(1L << 40)
            .listener(this)
            .build();
    for (long size : new long[] {64, 64, 100, 5_000}) {
      Block block = manager.allocate(size);
      bystanders.add(block.id());
      bystanderBlocks.add(block);
    }
    Block dead = manager.allocate(64);
    bystanders.add(dead.id());
    dead.close();
    try (Arena arena = manager.openConfinedArena()) {
      arena.allocate(64).fill((byte) 1);
    }
    this.bystanderArena = manager.openSharedArena();
    bystanderArena.allocate(64).fill((byte) 1);
    this.isSettingUp = false;
  }

  @Override
  public void onMisuse(MisuseReport report) {
    reports.add(report);
  }

  @Override
  public void onSample(AllocationSample sample) {
    if (isSettingUp) {
      bystanders.add(sample.blockId());
    }
  }

  String name() {
    return Corpus.name(variant, flow, isBad);
  }

  Flow flow() {
    return flow;
  }

  Variant variant() {
    return variant;
  }

  boolean isBad() {
    return isBad;
  }

  void run() {
    try {
      if (flow == Flow.THREAD && variant.needs(Variant.Need.ONE_THREAD)) {
        Flow.inAnotherThread(this::runHere);
      } else {
        runHere();
      }
    } catch (Throwable e) {
      thrown = e;
      explanation = manager.explain(e);
    }
  }

  private void runHere() throws Throwable {
    Variant.Sink sink = isBad ? variant.bad() : variant.good();
    // Where it needs one thread it has one by now.
    Flow way = flow == Flow.THREAD && variant.needs(Variant.Need.ONE_THREAD) ? Flow.STRAIGHT : flow;
    way.run(() -> variant.source().get(this), carried -> sink.accept(this, carried));
  }

  /** Allocates a block that stays until the end of the case. */
  Block allocateNeighbour(long size) {
    Block block = manager.allocate(size);
    bystanderBlocks.add(block);
    return block;
  }

  /** Tells whether a report of the expected kind has come. */
  boolean isReported() {
    return reports.stream().anyMatch(this::isRight);
  }

  /** Ends the case, and says what became of it: for a good one what it was accused of wrongly. */
  Outcome end() {
    bystanderBlocks.forEach(Block::close);
    bystanderArena.close();
    manager.close();
    Outcome outcome = ofThrown();
    if (outcome != Outcome.MISSED) {
      return outcome;
    }
    boolean told = isBad ? isReported() : !reports.isEmpty() || manager.snapshot().misuses() != 0;
    return told ? Outcome.REPORTED : Outcome.MISSED;
  }

  /** Returns what was thrown and told, for who wonders about the outcome. */
  String evidence() {
    return "thrown " + thrown + ", explained as " + explanation + ", told " + reports;
  }

  private Outcome ofThrown() {
    if (thrown == null) {
      return Outcome.MISSED;
    }
    if (!isBad) {
      return Outcome.THROWN;
    }
    if (variant.kinds().isEmpty() ? isAboutSizes(thrown) : isMisuse(thrown)) {
      return Outcome.THROWN;
    }
    return explanation.filter(report -> report.blockId() != 0).filter(this::isRight).isPresent()
        ? Outcome.EXPLAINED
        : Outcome.REFUSED;
  }

  private static boolean isAboutSizes(Throwable error) {
    return error instanceof AllocationRejectedException
        || error instanceof IllegalArgumentException
        || (error instanceof OutOfMemoryError && NUMBER.matcher(error.getMessage()).find());
  }

  /** Tells whether it is the right misuse, and was told once. */
  private boolean isMisuse(Throwable error) {
    return error instanceof MemoryMisuseException misuse
        && isRight(misuse.report())
        && reports.stream().filter(this::isRight).count() == 1;
  }

  /** An address that was freed may well lie in a bystander. */
  private boolean isRight(MisuseReport report) {
    return variant.kinds().contains(report.kind())
        && (report.kind() == MisuseKind.INVALID_FREE || !bystanders.contains(report.blockId()));
  }
}
