package io.rmm.exporter.otel;

import static io.rmm.allocator.signal.Attributes.ALLOCATION_SITE;
import static io.rmm.allocator.signal.Attributes.ALLOCATION_THREAD;
import static io.rmm.allocator.signal.Attributes.BLOCK_AGE;
import static io.rmm.allocator.signal.Attributes.BLOCK_ID;
import static io.rmm.allocator.signal.Attributes.BLOCK_SIZE;
import static io.rmm.allocator.signal.Attributes.BUDGET_LIMIT;
import static io.rmm.allocator.signal.Attributes.BUDGET_NAME;
import static io.rmm.allocator.signal.Attributes.BUDGET_USED;
import static io.rmm.allocator.signal.Attributes.DETAIL;
import static io.rmm.allocator.signal.Attributes.DETECTION_SITE;
import static io.rmm.allocator.signal.Attributes.FREE_SITE;
import static io.rmm.allocator.signal.Attributes.FREE_THREAD;
import static io.rmm.allocator.signal.Attributes.LEAK_EVIDENCE;
import static io.rmm.allocator.signal.Attributes.LEAK_WEIGHT;
import static io.rmm.allocator.signal.Attributes.MISUSE_CONFIDENCE;
import static io.rmm.allocator.signal.Attributes.MISUSE_KIND;
import static io.rmm.allocator.signal.Attributes.MISUSE_OCCURRENCES;
import static io.rmm.allocator.signal.Attributes.MISUSE_OFFSET;
import static io.rmm.allocator.signal.Attributes.REJECTED_BY;
import static io.rmm.allocator.signal.Attributes.REQUESTED_SIZE;
import static io.rmm.allocator.signal.Attributes.SAFETY_MODE;
import static io.rmm.allocator.signal.Attributes.SLOT_SIZE;
import static io.rmm.allocator.signal.Attributes.THREAD_NAME;
import static io.rmm.allocator.signal.Attributes.TUNING_CONFIRMED;
import static io.rmm.allocator.signal.Attributes.TUNING_KNOB;
import static io.rmm.allocator.signal.Attributes.TUNING_MEASURED_BYTES;
import static io.rmm.allocator.signal.Attributes.TUNING_MEASURED_COST;
import static io.rmm.allocator.signal.Attributes.TUNING_MODE;
import static io.rmm.allocator.signal.Attributes.TUNING_NEW_VALUE;
import static io.rmm.allocator.signal.Attributes.TUNING_OLD_VALUE;
import static io.rmm.allocator.signal.Attributes.TUNING_PREDICTED_BYTES;
import static io.rmm.allocator.signal.Attributes.TUNING_PREDICTED_COST;
import static io.rmm.allocator.signal.Attributes.TUNING_RULE;
import static io.rmm.allocator.signal.Attributes.TUNING_VERDICT;

import io.opentelemetry.api.common.AttributesBuilder;
import io.opentelemetry.api.logs.Severity;
import io.opentelemetry.context.Context;
import io.rmm.allocator.AllocationRejection;
import io.rmm.allocator.LeakSuspect;
import io.rmm.allocator.MisuseReport;
import io.rmm.allocator.Site;
import io.rmm.allocator.TuningDecision;
import io.rmm.allocator.TuningEffect;
import io.rmm.allocator.TuningOutcome;
import io.rmm.allocator.signal.LogEvent;
import io.rmm.exporter.metrics.MetricPoint;
import java.time.Instant;
import java.util.Locale;
import java.util.function.Consumer;

/**
 * An event on its way to OpenTelemetry: made where it happens, which costs next to nothing, and
 * written out by another thread.
 *
 * @param type which event
 * @param count how many events of one cause it stands for
 * @param time when it happened
 * @param context the trace in which it happened, if the program is traced
 * @param content writes its attributes
 */
record Event(
    LogEvent type, long count, Instant time, Context context, Consumer<AttributesBuilder> content) {

  static Event of(LogEvent type, Consumer<AttributesBuilder> content) {
    return new Event(type, 1, Instant.now(), Context.current(), content);
  }

  static Event of(LogEvent type, String detail) {
    return of(type, attributes -> attributes.put(DETAIL, detail));
  }

  static Event of(MisuseReport report) {
    return of(
        LogEvent.MISUSE,
        attributes -> {
          attributes
              .put(MISUSE_KIND, MetricPoint.attributeValue(report.kind()))
              .put(MISUSE_CONFIDENCE, MetricPoint.attributeValue(report.confidence()))
              .put(MISUSE_OCCURRENCES, report.occurrences())
              .put(SAFETY_MODE, MetricPoint.attributeValue(report.mode()));
          putKnown(attributes, BUDGET_NAME, report.budget());
          if (report.blockId() != 0) {
            attributes.put(BLOCK_ID, report.blockId()).put(MISUSE_OFFSET, report.offset());
          }
          if (report.blockSize() != 0) {
            attributes.put(BLOCK_SIZE, report.blockSize());
          }
          if (report.slotSize() != 0) {
            attributes.put(SLOT_SIZE, report.slotSize());
          }
          if (report.ageNanos() != 0) {
            attributes.put(BLOCK_AGE, report.ageNanos());
          }
          putKnown(attributes, DETECTION_SITE, report.detectionSite());
          putKnown(attributes, ALLOCATION_SITE, report.allocationSite());
          putKnown(attributes, FREE_SITE, report.freeSite());
          putKnown(attributes, ALLOCATION_THREAD, report.allocationThread());
          putKnown(attributes, FREE_THREAD, report.freeThread());
          putKnown(attributes, THREAD_NAME, report.threadName());
          putKnown(attributes, DETAIL, report.detail());
        });
  }

  static Event of(LeakSuspect suspect) {
    return of(
        LogEvent.LEAK_SUSPECTED,
        attributes -> {
          attributes
              .put(BUDGET_NAME, suspect.budget())
              .put(BLOCK_ID, suspect.blockId())
              .put(BLOCK_SIZE, suspect.blockBytes())
              .put(BLOCK_AGE, suspect.ageNanos())
              .put(LEAK_WEIGHT, suspect.weight())
              .put(LEAK_EVIDENCE, suspect.evidence());
          putKnown(attributes, ALLOCATION_SITE, suspect.allocationSite());
        });
  }

  static Event of(AllocationRejection rejection) {
    return of(
        LogEvent.ALLOCATION_REJECTED,
        attributes ->
            attributes
                .put(BUDGET_NAME, rejection.budget())
                .put(REJECTED_BY, rejection.rejectedBy())
                .put(REQUESTED_SIZE, rejection.requestedBytes())
                .put(BUDGET_USED, rejection.usedBytes())
                .put(BUDGET_LIMIT, rejection.limitBytes()));
  }

  static Event of(TuningDecision decision) {
    return of(
        LogEvent.TUNING_DECIDED,
        attributes -> {
          putDecision(attributes, decision);
          attributes
              .put(TUNING_MODE, decision.mode().name().toLowerCase(Locale.ROOT))
              .put(DETAIL, decision.reason());
        });
  }

  static Event of(TuningOutcome outcome) {
    return of(
        LogEvent.TUNING_ASSESSED,
        attributes -> {
          putDecision(attributes, outcome.decision());
          putKnown(attributes, TUNING_MEASURED_COST, outcome.measured().cost());
          putKnown(attributes, TUNING_MEASURED_BYTES, outcome.measured().bytes());
          attributes
              .put(TUNING_CONFIRMED, outcome.confirmed())
              .put(DETAIL, "measured " + outcome.span().toSeconds() + " s after the decision");
        });
  }

  private static void putDecision(AttributesBuilder attributes, TuningDecision decision) {
    attributes
        .put(TUNING_KNOB, decision.knob().id())
        .put(TUNING_VERDICT, decision.verdict().name().toLowerCase(Locale.ROOT))
        .put(TUNING_OLD_VALUE, decision.oldValue())
        .put(TUNING_NEW_VALUE, decision.newValue())
        .put(TUNING_RULE, decision.rule());
    putKnown(attributes, TUNING_PREDICTED_COST, decision.predicted().cost());
    putKnown(attributes, TUNING_PREDICTED_BYTES, decision.predicted().bytes());
  }

  /** Makes the event that tells of {@code count} further ones of {@code cause}. */
  static Event repeated(Cause cause, long count) {
    return new Event(
        cause.type(),
        count,
        Instant.now(),
        Context.root(),
        attributes -> {
          if (cause.kind() != null) {
            attributes.put(MISUSE_KIND, MetricPoint.attributeValue(cause.kind()));
          }
          putKnown(attributes, BUDGET_NAME, cause.budget());
          putKnown(attributes, DETECTION_SITE, cause.detectionSite());
          putKnown(attributes, ALLOCATION_SITE, cause.allocationSite());
          attributes.put(DETAIL, count + " further events of the same cause");
        });
  }

  Severity severity() {
    return switch (type) {
      case MISUSE -> Severity.ERROR;
      case LEAK_SUSPECTED, ALLOCATION_REJECTED -> Severity.WARN;
      case TUNING_DECIDED, TUNING_ASSESSED, MANAGER_STARTED, MANAGER_CLOSED -> Severity.INFO;
    };
  }

  private static void putKnown(AttributesBuilder attributes, String key, String value) {
    if (!value.isEmpty()) {
      attributes.put(key, value);
    }
  }

  private static void putKnown(AttributesBuilder attributes, String key, long figure) {
    if (figure != TuningEffect.NOT_KNOWN) {
      attributes.put(key, figure);
    }
  }

  private static void putKnown(AttributesBuilder attributes, String key, Site site) {
    if (site.isKnown()) {
      attributes.put(key, site.toString());
    }
  }
}
