package io.rmm.demo;

import io.rmm.allocator.BudgetLimits;
import io.rmm.allocator.MemoryManager;
import io.rmm.demo.cache.Cache;
import io.rmm.demo.load.Load;
import io.rmm.demo.record.Endpoint;
import io.rmm.demo.record.FlightRecording;
import io.rmm.demo.redis.RedisServer;
import io.rmm.demo.show.Display;
import io.rmm.demo.show.Findings;
import io.rmm.demo.show.LogLines;
import io.rmm.demo.show.StatusTable;
import io.rmm.demo.show.Summary;
import io.rmm.exporter.otel.OtlpTelemetry;
import io.rmm.exporter.tuning.RetentionTuner;
import java.io.IOException;
import java.io.PrintWriter;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/**
 * The main job: a cache server on RMM, with every view of it attached, and a load that gives it
 * something to do.
 *
 * <p>Everything that is begun is ended in the opposite order, however far it got: clients, server,
 * cache, then the manager with its views, so that their last words still reach the telemetry and
 * the recording.
 */
public final class Demo {

  /** The name of the memory manager in all views. */
  private static final String MANAGER = "demo";

  private static final long TABLE_NANOS = 1_000_000_000;

  /** What the garbage collector's reference thread and two ticks of the manager's clock need. */
  private static final long LAST_LEAKS_MILLIS = 500;

  private final DemoOptions options;
  private final Display display;
  private final Findings findings = new Findings();
  private final CountDownLatch stop = new CountDownLatch(1);

  /**
   * Makes a demo, which {@link #run} runs once.
   *
   * @param out where to write
   * @param terminal whether that is a terminal, on which the table is redrawn in place
   * @param colours whether to use bold letters and colours
   */
  public Demo(DemoOptions options, PrintWriter out, boolean terminal, boolean colours) {
    this.options = options;
    this.display = new Display(out, terminal, colours);
  }

  /** Lets {@link #run} come to its end. May be called by any thread, and more than once. */
  public void stop() {
    stop.countDown();
  }

  /**
   * Runs until the chosen time is over or {@link #stop} is called.
   *
   * @throws DemoException if it cannot run; nothing of it is left then
   */
  public void run() throws DemoException {
    try (var _ = LogLines.on(display);
        FlightRecording recording = FlightRecording.start(options.recording())) {
      OtlpTelemetry telemetry = telemetry();
      try (telemetry;
          MemoryManager manager = manager(telemetry)) {
        serve(manager);
        if (!options.quiet()) {
          findLastLeaks();
        }
      }
      // Before the recording, whose disk may be full: then this is all that tells of the run.
      display.print(Summary.faults(findings));
      display.print(Summary.telemetry(telemetry.failedExports(), telemetry.lostEvents()));
      recording.save();
      display.print(Summary.recording(recording.file()));
    }
  }

  private static OtlpTelemetry telemetry() throws DemoException {
    OtlpTelemetry telemetry;
    try {
      telemetry = OtlpTelemetry.create(Map.of("otel.service.name", "rmm-demo"));
    } catch (IllegalArgumentException e) {
      throw new DemoException(String.valueOf(e.getMessage()), e);
    }
    try {
      if (telemetry.endpoint().isPresent()) {
        Endpoint.check(telemetry.endpoint().get());
      }
      return telemetry;
    } catch (DemoException e) {
      telemetry.close();
      throw e;
    }
  }

  private MemoryManager manager(OtlpTelemetry telemetry) {
    return MemoryManager.builder()
        .name(MANAGER)
        .listener(findings)
        .view(telemetry.view())
        .view(new RetentionTuner())
        .build();
  }

  private void serve(MemoryManager manager) throws DemoException {
    Cache cache =
        new Cache(
            manager.rootBudget(),
            BudgetLimits.hard(options.limitBytes()),
            Runtime.getRuntime().maxMemory() / 2);
    List<String> tenants = options.quiet() ? List.of() : Load.TENANTS;
    long begun = System.nanoTime();
    try {
      try (RedisServer server = server(cache, manager);
          var _ = options.quiet() ? null : load(server, cache)) {
        display.print(
            List.of(
                "Serving the Redis protocol on %s:%d; recording to %s. Ctrl-C ends it."
                    .formatted(
                        RedisServer.ADDRESS, server.address().getPort(), options.recording())));
        watch(new StatusTable(cache, manager, findings, tenants, display, begun), begun);
        display.endTable();
      }
      display.print(Summary.totals(since(begun), cache, tenants, manager.snapshot()));
    } finally {
      cache.clear();
    }
  }

  private RedisServer server(Cache cache, MemoryManager manager) throws DemoException {
    try {
      return RedisServer.start(options.port(), cache, manager);
    } catch (IOException e) {
      throw new DemoException(
          "cannot listen on port %d of %s: %s; choose another with --port, or 0 for any free one"
              .formatted(options.port(), RedisServer.ADDRESS, e.getMessage()),
          e);
    }
  }

  private Load load(RedisServer server, Cache cache) throws DemoException {
    int faulty = Load.TENANTS.size() - 1;
    try {
      return Load.start(server.address(), cache.databases().get(faulty).budget(), options.seed());
    } catch (IOException e) {
      throw new DemoException("the built-in load cannot begin: " + e.getMessage(), e);
    }
  }

  /** Shows the table once a second until the time is over, or until the demo is stopped. */
  private void watch(StatusTable table, long begun) {
    long end = options.duration().map(Duration::toNanos).orElse(Long.MAX_VALUE);
    boolean over = false;
    for (long next = TABLE_NANOS; !over; next += TABLE_NANOS) {
      long wait = Math.min(next, end) - since(begun).toNanos();
      try {
        if (stop.await(wait, TimeUnit.NANOSECONDS)) {
          return;
        }
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        return;
      }
      display.redraw(table.lines(System.nanoTime()));
      over = next >= end;
    }
  }

  /** Has the handles found that were lost since the garbage collector last looked. */
  private static void findLastLeaks() {
    System.gc();
    try {
      TimeUnit.MILLISECONDS.sleep(LAST_LEAKS_MILLIS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private static Duration since(long nanos) {
    return Duration.ofNanos(System.nanoTime() - nanos);
  }
}
