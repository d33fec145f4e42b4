package io.rmm.exporter.otel;

import static io.opentelemetry.sdk.testing.assertj.OpenTelemetryAssertions.assertThat;
import static io.opentelemetry.sdk.testing.assertj.OpenTelemetryAssertions.equalTo;
import static io.opentelemetry.sdk.testing.assertj.OpenTelemetryAssertions.satisfies;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.logs.Severity;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.SpanContext;
import io.opentelemetry.api.trace.TraceFlags;
import io.opentelemetry.api.trace.TraceState;
import io.opentelemetry.context.Context;
import io.opentelemetry.context.Scope;
import io.opentelemetry.sdk.OpenTelemetrySdk;
import io.opentelemetry.sdk.logs.LogRecordProcessor;
import io.opentelemetry.sdk.logs.SdkLoggerProvider;
import io.opentelemetry.sdk.logs.data.LogRecordData;
import io.opentelemetry.sdk.logs.export.SimpleLogRecordProcessor;
import io.opentelemetry.sdk.testing.exporter.InMemoryLogRecordExporter;
import io.rmm.allocator.Block;
import io.rmm.allocator.Budget;
import io.rmm.allocator.BudgetLimits;
import io.rmm.allocator.MemoryManager;
import io.rmm.allocator.MemoryMisuseException;
import io.rmm.allocator.MisuseKind;
import io.rmm.allocator.MisuseReport;
import io.rmm.allocator.SafetyMode;
import io.rmm.allocator.Site;
import io.rmm.allocator.TuningDecision;
import io.rmm.allocator.TuningEffect;
import io.rmm.allocator.TuningKnob;
import io.rmm.allocator.TuningOutcome;
import io.rmm.allocator.signal.LogEvent;
import io.rmm.exporter.CapturedLog;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.logging.Level;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class EventForwarderTest {

  private static final Duration PATIENCE = Duration.ofSeconds(30);
  private static final Duration NEVER = Duration.ofDays(1);
  private static final AttributeKey<Long> COUNT = AttributeKey.longKey("rmm.event.count");

  private final InMemoryLogRecordExporter exporter = InMemoryLogRecordExporter.create();
  private OpenTelemetrySdk sdk = sdk(SimpleLogRecordProcessor.create(exporter));

  @AfterEach
  void close() {
    sdk.close();
  }

  @Test
  void aDoubleFreeBecomesALogRecordWithAllThatIsKnown() throws Exception {
    Instant before = Instant.now();
    MemoryManager manager = manager();
    Budget tenant = manager.rootBudget().child("tenant", BudgetLimits.unlimited());
    Block block = tenant.allocate(100);
    inThread("freer", () -> block.close());
    assertThatThrownBy(block::close).isInstanceOf(MemoryMisuseException.class);
    manager.close();

    LogRecordData record = records(LogEvent.MISUSE).getFirst();
    assertThat(record)
        .hasEventName("rmm.misuse")
        .hasSeverity(Severity.ERROR)
        .hasAttributesSatisfying(
            equalTo(AttributeKey.stringKey("rmm.manager.name"), "orders"),
            equalTo(AttributeKey.stringKey("rmm.budget.name"), "root/tenant"),
            equalTo(AttributeKey.stringKey("rmm.misuse.kind"), "double_free"),
            equalTo(AttributeKey.longKey("rmm.block.id"), block.id()),
            equalTo(AttributeKey.longKey("rmm.block.size"), 100),
            satisfies(AttributeKey.longKey("rmm.slot.size"), size -> size.isBetween(100L, 128L)),
            equalTo(AttributeKey.longKey("rmm.misuse.offset"), 0),
            equalTo(AttributeKey.longKey("rmm.misuse.occurrences"), 1),
            equalTo(AttributeKey.stringKey("rmm.misuse.confidence"), "certain"),
            equalTo(AttributeKey.stringKey("rmm.safety.mode"), "paranoid"),
            equalTo(
                AttributeKey.stringKey("rmm.thread.allocation"), Thread.currentThread().getName()),
            equalTo(AttributeKey.stringKey("rmm.thread.free"), "freer"),
            equalTo(COUNT, 1),
            equalTo(AttributeKey.stringKey("thread.name"), Thread.currentThread().getName()),
            satisfies(
                AttributeKey.stringKey("rmm.site.allocation"),
                site -> site.contains("EventForwarderTest")),
            satisfies(
                AttributeKey.stringKey("rmm.site.free"),
                site -> site.contains("EventForwarderTest")),
            satisfies(
                AttributeKey.stringKey("rmm.site.detection"),
                site -> site.contains("EventForwarderTest")),
            satisfies(AttributeKey.longKey("rmm.block.age"), age -> age.isPositive()),
            satisfies(AttributeKey.stringKey("rmm.detail"), detail -> detail.contains("closed")));
    assertThat(record.getInstrumentationScopeInfo().getName()).isEqualTo("io.rmm");
    assertThat(record.getBodyValue()).isNull();
    assertThat(Instant.ofEpochSecond(0, record.getTimestampEpochNanos()))
        .isBetween(before, Instant.now());
  }

  private static void inThread(String name, Runnable action) throws InterruptedException {
    Thread thread = Thread.ofPlatform().name(name).start(action);
    thread.join();
  }

  @Test
  void aRepeatHasItsNumber() {
    MemoryManager manager = manager();
    for (int i = 0; i < 2; i++) {
      Block block = manager.allocate(100);
      block.close();
      assertThatThrownBy(block::close).isInstanceOf(MemoryMisuseException.class);
    }
    manager.close();

    assertThat(records(LogEvent.MISUSE))
        .extracting(it -> it.getAttributes().get(AttributeKey.longKey("rmm.misuse.occurrences")))
        .startsWith(1L, 2L);
  }

  @Test
  void theLifeOfAManagerIsTold() {
    manager().close();

    assertThat(exporter.getFinishedLogRecordItems())
        .extracting(LogRecordData::getEventName)
        .containsExactly("rmm.manager.started", "rmm.manager.closed");
    assertThat(records(LogEvent.MANAGER_STARTED).getFirst())
        .hasSeverity(Severity.INFO)
        .hasAttributesSatisfying(
            satisfies(
                AttributeKey.stringKey("rmm.detail"), it -> it.contains("safetyMode=PARANOID")));
  }

  @Test
  void rejectionsAndDecisionsAreTold() {
    MemoryManager manager = manager();
    Budget tenant = manager.rootBudget().child("tenant", BudgetLimits.hard(4096));
    assertThatThrownBy(() -> tenant.allocate(8192));
    TuningDecision decision =
        new TuningDecision(
            TuningKnob.RETAINED_BYTES, 7, 8, TuningDecision.Verdict.RAISED, "rule", "because");
    manager.tune(decision);
    manager.tune(decision.predicting(new TuningEffect(1, 2)));
    manager.assess(
        new TuningOutcome(
            decision.predicting(new TuningEffect(1, 2)),
            Duration.ofSeconds(60),
            new TuningEffect(3, 4),
            false));
    manager.close();

    assertThat(records(LogEvent.ALLOCATION_REJECTED).getFirst())
        .hasSeverity(Severity.WARN)
        .hasAttributesSatisfying(
            equalTo(AttributeKey.stringKey("rmm.budget.name"), "root/tenant"),
            equalTo(AttributeKey.stringKey("rmm.budget.rejected_by"), "root/tenant"),
            equalTo(AttributeKey.longKey("rmm.allocation.size"), 8192),
            equalTo(AttributeKey.longKey("rmm.budget.used"), 0),
            equalTo(AttributeKey.longKey("rmm.budget.limit"), 4096));
    assertThat(records(LogEvent.TUNING_DECIDED).getFirst())
        .hasSeverity(Severity.INFO)
        .hasAttributesSatisfying(
            equalTo(AttributeKey.stringKey("rmm.tuning.knob"), "retained_bytes"),
            equalTo(AttributeKey.stringKey("rmm.tuning.verdict"), "raised"),
            equalTo(AttributeKey.longKey("rmm.tuning.old_value"), 7),
            equalTo(AttributeKey.longKey("rmm.tuning.new_value"), 8),
            equalTo(AttributeKey.stringKey("rmm.tuning.rule"), "rule"),
            equalTo(AttributeKey.stringKey("rmm.tuning.mode"), "apply"),
            equalTo(AttributeKey.longKey("rmm.tuning.predicted_cost"), null),
            equalTo(AttributeKey.longKey("rmm.tuning.predicted_bytes"), null),
            equalTo(AttributeKey.stringKey("rmm.detail"), "because"));
    assertThat(records(LogEvent.TUNING_DECIDED).getLast())
        .hasAttributesSatisfying(
            equalTo(AttributeKey.longKey("rmm.tuning.predicted_cost"), 1),
            equalTo(AttributeKey.longKey("rmm.tuning.predicted_bytes"), 2));
    assertThat(records(LogEvent.TUNING_ASSESSED).getFirst())
        .hasSeverity(Severity.INFO)
        .hasAttributesSatisfying(
            equalTo(AttributeKey.stringKey("rmm.tuning.knob"), "retained_bytes"),
            equalTo(AttributeKey.stringKey("rmm.tuning.verdict"), "raised"),
            equalTo(AttributeKey.longKey("rmm.tuning.old_value"), 7),
            equalTo(AttributeKey.longKey("rmm.tuning.new_value"), 8),
            equalTo(AttributeKey.stringKey("rmm.tuning.rule"), "rule"),
            equalTo(AttributeKey.longKey("rmm.tuning.predicted_cost"), 1),
            equalTo(AttributeKey.longKey("rmm.tuning.predicted_bytes"), 2),
            equalTo(AttributeKey.longKey("rmm.tuning.measured_cost"), 3),
            equalTo(AttributeKey.longKey("rmm.tuning.measured_bytes"), 4),
            equalTo(AttributeKey.booleanKey("rmm.tuning.confirmed"), false),
            equalTo(AttributeKey.stringKey("rmm.detail"), "measured 60 s after the decision"));
  }

  @Test
  void aMisuseInALoopIsToldThreeTimesAndThenCounted() {
    MemoryManager manager = manager();
    Block block = manager.allocate(100);
    block.close();
    for (int i = 0; i < 10_000; i++) {
      assertThatThrownBy(block::close).isInstanceOf(MemoryMisuseException.class);
    }
    manager.close();

    List<LogRecordData> records = records(LogEvent.MISUSE);
    assertThat(records)
        .extracting(record -> record.getAttributes().get(COUNT))
        .containsExactly(1L, 1L, 1L, 9_997L);
    assertThat(records.getLast())
        .hasAttributesSatisfying(
            equalTo(AttributeKey.stringKey("rmm.misuse.kind"), "double_free"),
            satisfies(
                AttributeKey.stringKey("rmm.site.detection"),
                site -> site.contains("EventForwarderTest")));
  }

  @Test
  void repeatsAreToldWhileTheManagerLives() {
    EventForwarder events = forwarder(Duration.ofMillis(1));
    for (int i = 0; i < 5; i++) {
      events.onMisuse(misuse("a"));
    }
    await()
        .atMost(PATIENCE)
        .untilAsserted(
            () ->
                assertThat(exporter.getFinishedLogRecordItems())
                    .extracting(record -> record.getAttributes().get(COUNT))
                    .contains(2L));
    events.close();
  }

  @Test
  void theTraceInWhichItHappenedIsKept() {
    SpanContext span =
        SpanContext.create(
            "0af7651916cd43dd8448eb211c80319c",
            "b7ad6b7169203331",
            TraceFlags.getSampled(),
            TraceState.getDefault());
    MemoryManager manager = manager();
    try (Scope scope = Context.root().with(Span.wrap(span)).makeCurrent()) {
      assertThat(scope).isNotNull();
      assertThatThrownBy(() -> manager.free(12345)).isInstanceOf(MemoryMisuseException.class);
    }
    manager.close();

    assertThat(records(LogEvent.MISUSE).getFirst()).hasSpanContext(span);
  }

  @Test
  void aLoggerThatBlocksCostsEventsAndNeverTheCaller() throws InterruptedException {
    CountDownLatch release = new CountDownLatch(1);
    CountDownLatch blocked = new CountDownLatch(1);
    sdk =
        sdk(
            (_, record) -> {
              blocked.countDown();
              awaitUninterruptibly(release);
            });
    EventForwarder events = forwarder(NEVER);
    events.onMisuse(misuse("first"));
    assertThat(blocked.await(30, TimeUnit.SECONDS)).isTrue();

    // The worker stands still. This thread goes on, and each event is queued or counted.
    int many = 3 * EventForwarder.QUEUE_CAPACITY;
    for (int i = 0; i < many; i++) {
      events.onMisuse(misuse("site" + i));
    }
    assertThat(events.sent()).isZero();
    assertThat(events.dropped()).isEqualTo(many - EventForwarder.QUEUE_CAPACITY);
    assertThat(events.queued()).isEqualTo(EventForwarder.QUEUE_CAPACITY);
    assertThat(events.lagNanos()).isPositive();

    // Nor does a close wait for ever; what was still queued is given up and counted.
    events.close();
    assertThat(events.dropped()).isEqualTo(many);
    release.countDown();
    await().atMost(PATIENCE).until(() -> events.sent() == 1);
    events.onMisuse(misuse("late"));
    assertThat(events.sent() + events.dropped()).isEqualTo(1 + many + 1);
  }

  /** The second is what an API does that is older than the one that this was compiled with. */
  static List<Throwable> failures() {
    return List.of(new IllegalStateException("broken"), new NoSuchMethodError("broken"));
  }

  @ParameterizedTest
  @MethodSource("failures")
  void aLoggerThatFailsIsCountedAndToldOnce(Throwable failure) {
    sdk =
        sdk(
            (_, record) -> {
              if (failure instanceof Error error) {
                throw error;
              }
              throw (RuntimeException) failure;
            });
    try (CapturedLog log = new CapturedLog()) {
      EventForwarder events = forwarder(NEVER);
      for (int i = 0; i < 20; i++) {
        events.onMisuse(misuse("site" + i));
      }
      await().atMost(PATIENCE).until(() -> events.dropped() == 20);
      events.close();

      assertThat(events.sent()).isZero();
      assertThat(events.queued()).isZero();
      assertThat(events.lagNanos()).isZero();
      assertThat(events.lastFailure()).isEqualTo(failure.toString());
      assertThat(log.lines(Level.WARNING))
          .singleElement()
          .asString()
          .contains("events of memory manager orders that were not handed over to OpenTelemetry: ");
    }
  }

  @Test
  void whatTelemetryItselfDoesWrongIsNotForwarded() {
    AtomicReference<MemoryManager> manager = new AtomicReference<>();
    sdk =
        sdk(
            LogRecordProcessor.composite(
                SimpleLogRecordProcessor.create(exporter),
                (_, record) -> {
                  // An exporter whose own buffers come from the manager, and which is at fault.
                  assertThatThrownBy(() -> manager.get().free(record.hashCode()))
                      .isInstanceOf(MemoryMisuseException.class);
                }));
    manager.set(MemoryManager.builder().discoverViews(false).build());
    EventForwarder events = forwarder(NEVER);
    manager.get().addListener(events);

    assertThatThrownBy(() -> manager.get().free(1)).isInstanceOf(MemoryMisuseException.class);

    await().atMost(PATIENCE).until(() -> events.sent() == 1 && events.dropped() == 1);
    events.close();
    manager.get().close();
    assertThat(records(LogEvent.MISUSE)).hasSize(1);
    assertThat(events.sent() + events.dropped()).isEqualTo(2);
  }

  @Test
  void manyCausesAreHandedOverAtAPaceThatTheSdkCanKeep() {
    int many = EventForwarder.QUEUE_CAPACITY;
    EventForwarder events = forwarder(NEVER);
    for (int i = 0; i < many; i++) {
      events.onMisuse(misuse("site" + i));
    }
    events.insist(Event.of(LogEvent.MANAGER_CLOSED, "the end")); // finds room even now
    events.close(); // which hands over what is left, as long as that is not too much

    assertThat(events.sent() + events.dropped()).isEqualTo(many + 1);
    assertThat(events.dropped()).isLessThanOrEqualTo(1);
    assertThat(exporter.getFinishedLogRecordItems().getLast()).hasEventName("rmm.manager.closed");
  }

  private static MisuseReport misuse(String method) {
    return MisuseReport.builder(MisuseKind.DOUBLE_FREE).detectionSite(site(method)).build();
  }

  private static Site site(String method) {
    return new Site(List.of(new StackTraceElement("Some", method, "Some.java", 1)));
  }

  private EventForwarder forwarder(Duration repeatsInterval) {
    EventForwarder events =
        new EventForwarder("orders", sdk.getLogsBridge().get("io.rmm"), repeatsInterval);
    events.start();
    return events;
  }

  private MemoryManager manager() {
    return MemoryManager.builder()
        .name("orders")
        .safetyMode(SafetyMode.PARANOID)
        .discoverViews(false)
        .view(new OpenTelemetryView(sdk))
        .build();
  }

  private List<LogRecordData> records(LogEvent type) {
    return exporter.getFinishedLogRecordItems().stream()
        .filter(record -> type.eventName().equals(record.getEventName()))
        .toList();
  }

  private static OpenTelemetrySdk sdk(LogRecordProcessor processor) {
    return OpenTelemetrySdk.builder()
        .setLoggerProvider(SdkLoggerProvider.builder().addLogRecordProcessor(processor).build())
        .build();
  }

  private static void awaitUninterruptibly(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
