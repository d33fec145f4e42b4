package io.rmm.allocator;

import io.rmm.allocator.observe.Sampler;
import io.rmm.allocator.source.PageSource;
import io.rmm.allocator.source.PageSources;
import java.lang.foreign.Arena;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * An off-heap allocator that knows at every moment who holds which memory and under which limit.
 *
 * <p>The root object: it owns the heaps, the tree of {@link Budget}s and the policy. A process may
 * have several; they share nothing but reserved address space, the numbers of blocks, a table in
 * which threads find what their heaps count in, a clock thread, and one that attaches views. All
 * methods may be called by any thread.
 *
 * <pre>{@code
 * try (MemoryManager manager = MemoryManager.builder().name("orders").build()) {
 *   Budget cache = manager.rootBudget().child("cache", BudgetLimits.hard(256L << 20));
 *   try (Block block = cache.allocate(1024)) {
 *     block.segment().set(ValueLayout.JAVA_LONG, 0, 42);
 *     System.out.println(manager.snapshot());
 *   }
 * }
 * }</pre>
 */
public final class MemoryManager implements MemorySource, AutoCloseable {

  private final String name;
  private final SafetyMode safetyMode;
  private final Configuration configuration;
  private final Engine engine;
  private final BudgetNode root;
  private final ScheduledFuture<?> clock;
  private final AttachedViews views;
  private final AtomicBoolean closed = new AtomicBoolean();
  private final boolean closeable;

  private MemoryManager(Builder builder, boolean closeable) {
    PageSource source = PageSources.named(builder.pageSource);
    Safety safety = builder.safety();
    this.name = builder.name;
    this.safetyMode = builder.safetyMode;
    this.closeable = closeable;
    this.engine =
        new Engine(
            name, source, new Sampler(safetyMode, builder.sampleInterval), builder.limits, safety);
    this.configuration = new Configuration(safety, engine);
    this.root = engine.budgets().root();
    builder.listeners.forEach(engine.listeners()::add);
    this.views = new AttachedViews(this, engine.listeners(), builder.discoverViews);
    this.clock = Clock.tickFor(engine);
  }

  /** Begins a manager. */
  public static Builder builder() {
    return new Builder();
  }

  /**
   * Returns the process's manager, which is built when it is first asked for, from the system
   * properties {@code rmm.name}, {@code rmm.safety} (a {@link SafetyMode}), {@code rmm.limit} (the
   * root's hard limit in bytes, or with the suffix k, m or g), {@code rmm.quarantine} (bytes),
   * {@code rmm.source}, {@code rmm.hugepages} ({@code off} or {@code madvise}, for all managers of
   * the process), {@code rmm.sample.interval} and {@code rmm.guard.budget} (bytes). It lives as
   * long as the process.
   *
   * @throws IllegalArgumentException if one of the properties is not valid
   */
  public static MemoryManager global() {
    return GlobalManager.get();
  }

  // ---- memory ----

  /** Allocates from the root budget; see {@link Budget#allocate(long)}. */
  public Block allocate(long byteSize) {
    return root.allocate(byteSize);
  }

  /** Allocates from the root budget; see {@link Budget#allocate(long, long)}. */
  public Block allocate(long byteSize, long byteAlignment) {
    return root.allocate(byteSize, byteAlignment);
  }

  /**
   * Frees a block that was {@linkplain Block#detach() detached}.
   *
   * @param address what {@code detach} returned
   * @throws MemoryMisuseException if no detached block stands there: as {@link
   *     MisuseKind#DOUBLE_FREE} if one did (this is known until the memory is handed out again, or
   *     its page goes back for being empty), and else as {@link MisuseKind#INVALID_FREE}
   */
  public void free(long address) {
    engine.free(address);
  }

  /** Opens an arena on the root budget; see {@link Budget#openConfinedArena()}. */
  public Arena openConfinedArena() {
    return root.openConfinedArena();
  }

  /** Opens an arena on the root budget; see {@link Budget#openSharedArena()}. */
  public Arena openSharedArena() {
    return root.openSharedArena();
  }

  /** Opens an arena on the root budget; see {@link Budget#openDeferredArena()}. */
  public Arena openDeferredArena() {
    return root.openDeferredArena();
  }

  /** Returns the root of the tree of budgets. */
  public Budget rootBudget() {
    return root;
  }

  /** Gives all memory that no live block needs back to the operating system now. */
  public void purge() {
    engine.purge();
  }

  // ---- knowledge ----

  @Override
  public String name() {
    return name;
  }

  /** Returns the mode that this manager was built with. */
  public SafetyMode safetyMode() {
    return safetyMode;
  }

  @Override
  public MemorySnapshot snapshot() {
    return engine.snapshot();
  }

  @Override
  public SiteProfile profile() {
    return engine.observer().profile(engine.sampler().meanBytes());
  }

  @Override
  public Map<String, String> configuration() {
    return configuration.read();
  }

  @Override
  public boolean reserves(long address) {
    return engine.source().reserves(address);
  }

  /**
   * Says which block {@code error} is about, and what was done wrong with it.
   *
   * <p>Of a {@link MemoryMisuseException}, or of one among its causes, that is its report,
   * whichever manager it is of. Of what the JDK refused by an exception of its own, where none of
   * RMM's code runs, it is found out from the exception: for an access out of bounds by the segment
   * that its text names, for all blocks; for the use of a closed arena, by a wrong thread, or of
   * memory that is gone, by comparing the exception's stack with the sites of the observed blocks.
   * How sure that is stands in the report's {@linkplain MisuseReport#confidence() confidence}.
   *
   * <p>Nothing is counted, and no listener is told.
   *
   * @return the report; empty if no block of this manager is known to be concerned
   */
  public Optional<MisuseReport> explain(Throwable error) {
    return engine.explainer().explain(Objects.requireNonNull(error, "error"));
  }

  /**
   * Returns a handler for uncaught exceptions that {@linkplain #explain explains} them, tells the
   * listeners of those that are misuses of this manager's memory and counts them, as probable as
   * the report says they are, and then hands the exception on. What was thrown as a {@link
   * MemoryMisuseException} was told before.
   *
   * <pre>{@code
   * Thread.setDefaultUncaughtExceptionHandler(
   *     manager.uncaughtExceptionHandler((thread, error) -> error.printStackTrace()));
   * }</pre>
   *
   * @param next to whom it is handed on
   */
  public Thread.UncaughtExceptionHandler uncaughtExceptionHandler(
      Thread.UncaughtExceptionHandler next) {
    return new MisuseHandler(engine, Objects.requireNonNull(next, "next"));
  }

  @Override
  public void addListener(MemoryListener listener) {
    Objects.requireNonNull(listener, "listener");
    if (views.isAttaching()) {
      engine.listeners().addAndTellKept(listener);
    } else {
      engine.listeners().add(listener);
    }
  }

  @Override
  public void removeListener(MemoryListener listener) {
    engine.removeListener(Objects.requireNonNull(listener, "listener"));
  }

  @Override
  public void audit(ControlAction action) {
    Objects.requireNonNull(action, "action");
    engine.listeners().tell(listener -> listener.onControl(action));
  }

  @Override
  public void addExporter(Supplier<ExporterStatistics> exporter) {
    engine.exporters().add(Objects.requireNonNull(exporter, "exporter"));
  }

  @Override
  public void removeExporter(Supplier<ExporterStatistics> exporter) {
    engine
        .exporters()
        .remove(Objects.requireNonNull(exporter, "exporter"))
        .ifPresent(last -> engine.listeners().tell(listener -> listener.onExporterEnd(last)));
  }

  @Override
  public List<ExporterStatistics> exporters() {
    return engine.exporters().read();
  }

  /**
   * Sets the mean number of bytes between two observed blocks, as {@link Builder#sampleInterval}
   * does at the start. A thread goes by it from its next observation on: until then the countdown
   * stands that it drew before.
   *
   * @return the mean that was set before
   * @throws IllegalArgumentException unless {@code bytes} is from 1 to 2^40
   * @throws IllegalStateException in {@link SafetyMode#PARANOID}, which observes every block
   */
  public long setSampleInterval(long bytes) {
    Sampler.checkInterval(bytes);
    return engine.sampler().setInterval(bytes);
  }

  // ---- tuning ----

  /** Returns the value of {@code knob} in force. */
  public long knob(TuningKnob knob) {
    return engine.tuning().knob(knob);
  }

  /**
   * Does what a tuner decided, counts it if it changes something, and tells the listeners.
   *
   * @throws IllegalArgumentException if the new value is out of the knob's range
   */
  public void tune(TuningDecision decision) {
    engine.tuning().decided(decision);
  }

  /** Tells the listeners what became of a decision that {@link #tune} was given before. */
  public void assess(TuningOutcome outcome) {
    engine.tuning().assessed(Objects.requireNonNull(outcome, "outcome"));
  }

  /**
   * Notes that a tuner begins to look after this manager. It is to obey {@link #tuningMode()} from
   * now on, and to call {@link #endTuning()} at last.
   *
   * @throws IllegalStateException if there is a tuner already
   */
  public void beginTuning(TuningMode mode) {
    beginTuning(mode, List::of);
  }

  /**
   * Notes that a tuner begins that can tell what other values of its knobs would do.
   *
   * @param whatIf gives the answer of {@link #whatIf()}; asked by any thread, and not to block
   * @throws IllegalStateException if there is a tuner already
   */
  public void beginTuning(TuningMode mode, Supplier<List<WhatIf>> whatIf) {
    engine
        .tuning()
        .begin(Objects.requireNonNull(mode, "mode"), Objects.requireNonNull(whatIf, "whatIf"));
  }

  /** Notes that the tuner has ended; the knobs stay as they are. */
  public void endTuning() {
    engine.tuning().end();
  }

  @Override
  public Optional<TuningMode> tuningMode() {
    return engine.tuning().mode();
  }

  @Override
  public List<WhatIf> whatIf() {
    return engine.tuning().whatIf();
  }

  /**
   * Sets what the tuner may do from its next step on.
   *
   * @return what it was allowed to do before
   * @throws IllegalStateException if there is no tuner
   */
  public TuningMode setTuningMode(TuningMode mode) {
    return engine.tuning().setMode(Objects.requireNonNull(mode, "mode"));
  }

  // ---- life ----

  /**
   * Waits until the views that are registered as services are attached, which happens beside the
   * program's first allocations. Nothing needs this but a program that asks JMX for the manager's
   * beans, or ends without closing it, right after it was built; {@link #close} waits by itself.
   */
  public void awaitViews() {
    views.await();
  }

  /**
   * Ends this manager: reports what is still live as {@link MisuseKind#LEAK}, ends its views, and
   * gives all memory back. Blocks that are live die with it; a segment of one that is used later
   * gets an {@link InternalError} or an exception.
   *
   * @throws IllegalStateException if it was closed before
   * @throws UnsupportedOperationException if this is the {@link #global()} manager
   */
  @Override
  public void close() {
    if (!closeable) {
      throw new UnsupportedOperationException("the global memory manager cannot be closed");
    }
    if (!closed.compareAndSet(false, true)) {
      throw new IllegalStateException("memory manager " + name + " is closed already");
    }
    clock.cancel(false);
    try {
      views.await();
      engine.reportLive();
      views.close();
    } finally {
      // Whatever befalls them: nobody else gives the memory back.
      engine.close();
    }
  }

  @Override
  public String toString() {
    return "MemoryManager[" + name + "]";
  }

  /** Collects the settings of a manager. Not safe for use by several threads. */
  public static final class Builder {

    private static final AtomicLong NUMBER = new AtomicLong();

    private String name = "rmm-" + NUMBER.incrementAndGet();
    private SafetyMode safetyMode = SafetyMode.STANDARD;
    private final Map<MisuseKind, MisuseAction> actions = Safety.defaultActions();
    private @Nullable Long quarantineBytes;
    private BudgetLimits limits = BudgetLimits.unlimited();
    private long guardBudget = Safety.DEFAULT_GUARD_BUDGET;
    private long sampleInterval = Sampler.DEFAULT_INTERVAL;
    private String pageSource = System.getProperty("rmm.source", "auto");
    private boolean discoverViews = true;
    private final List<MemoryListener> listeners = new ArrayList<>();
    private final List<MemoryView> views = new ArrayList<>();

    private Builder() {}

    /**
     * Sets the name by which views tell managers apart; {@code rmm-1} and so on unless set.
     *
     * @throws IllegalArgumentException unless it has 1 to 128 characters, not all blank, without /
     *     and control characters
     */
    public Builder name(String name) {
      Budgets.checkName("memory manager", name);
      this.name = name;
      return this;
    }

    /** Sets how much is spent on finding misuse; {@link SafetyMode#STANDARD} unless set. */
    public Builder safetyMode(SafetyMode mode) {
      this.safetyMode = Objects.requireNonNull(mode, "mode");
      return this;
    }

    /**
     * Sets what is done when a misuse of {@code kind} is found. Unless set, acts of a caller
     * ({@code DOUBLE_FREE}, {@code INVALID_FREE}, {@code USE_AFTER_FREE}, {@code WRONG_THREAD}) are
     * thrown at it, and all else is reported.
     */
    public Builder onMisuse(MisuseKind kind, MisuseAction action) {
      actions.put(Objects.requireNonNull(kind, "kind"), Objects.requireNonNull(action, "action"));
      return this;
    }

    /**
     * Sets how much freed memory rests in the modes {@link SafetyMode#SAFE} and {@link
     * SafetyMode#PARANOID} before it is used again: 8 MiB and 64 MiB unless set, and an eighth of
     * the root's hard limit at most. In other modes none does.
     *
     * @throws IllegalArgumentException unless {@code bytes} is from 0 to 2^40
     */
    public Builder quarantine(long bytes) {
      if (bytes < 0 || bytes > 1L << 40) {
        throw new IllegalArgumentException("a quarantine has 0 to 2^40 bytes, not " + bytes);
      }
      this.quarantineBytes = bytes;
      return this;
    }

    /**
     * Sets the limits of the root budget; unlimited unless set. Its hard limit bounds what is
     * committed as well as what is used.
     */
    public Builder limits(BudgetLimits limits) {
      this.limits = Objects.requireNonNull(limits, "limits");
      return this;
    }

    /**
     * Sets the mean number of bytes between two observed blocks; 512 KiB unless set. The mean rises
     * by itself while there are more than 100 observations a second.
     *
     * @throws IllegalArgumentException unless {@code bytes} is from 1 to 2^40
     */
    public Builder sampleInterval(long bytes) {
      Sampler.checkInterval(bytes);
      this.sampleInterval = bytes;
      return this;
    }

    /**
     * Sets how many bytes the pages of guarded blocks may have at once, on top of all limits; 4 MiB
     * unless set, and 0 for no guarded blocks. In mode {@code FAST} there are none.
     *
     * @throws IllegalArgumentException unless {@code bytes} is from 0 to 2^30
     */
    public Builder guardBudget(long bytes) {
      if (bytes < 0 || bytes > 1L << 30) {
        throw new IllegalArgumentException("a guard budget is 0 to 2^30 bytes, not " + bytes);
      }
      this.guardBudget = bytes;
      return this;
    }

    /** Adds a listener from the start. */
    public Builder listener(MemoryListener listener) {
      listeners.add(Objects.requireNonNull(listener, "listener"));
      return this;
    }

    /** Adds a view, to be attached before {@link #build} returns. */
    public Builder view(MemoryView view) {
      views.add(Objects.requireNonNull(view, "view"));
      return this;
    }

    /**
     * Sets whether the views that are registered as services are added; they are unless set. They
     * are attached soon after {@link #build} has returned; see {@link MemoryManager#awaitViews}.
     */
    public Builder discoverViews(boolean discover) {
      this.discoverViews = discover;
      return this;
    }

    /**
     * Sets where memory comes from: {@code "linux"}, {@code "portable"}, or {@code "auto"} for the
     * first that works here. Unless set, the system property {@code rmm.source} says, and else
     * {@code auto}.
     */
    public Builder pageSource(String name) {
      this.pageSource = Objects.requireNonNull(name, "name");
      return this;
    }

    /**
     * Makes the manager and attaches the views that were added; a view that fails is left out, with
     * a line in the log.
     *
     * @throws IllegalArgumentException if there is no page source of the name that was set
     * @throws UnsupportedOperationException if that source does not work here
     */
    public MemoryManager build() {
      return build(true);
    }

    MemoryManager build(boolean closeable) {
      MemoryManager manager = new MemoryManager(this, closeable);
      manager.views.attach(views);
      return manager;
    }

    private Safety safety() {
      long resting =
          quarantineBytes == null ? Safety.defaultQuarantineBytes(safetyMode) : quarantineBytes;
      return new Safety(safetyMode, actions, resting, guardBudget);
    }
  }
}
