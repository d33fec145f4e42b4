package io.rmm.analysis.report;

import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.rmm.analysis.Account;
import io.rmm.analysis.GrowingSite;
import io.rmm.analysis.Growth;
import io.rmm.analysis.LostBlocks;
import io.rmm.analysis.MisuseGroup;
import io.rmm.analysis.RecordedSite;
import io.rmm.analysis.TimeSeries;
import java.util.Collection;
import java.util.function.BiConsumer;

/**
 * A report as JSON.
 *
 * <p>The names are a contract with the programs that read it and are therefore written out here,
 * not taken from our classes. They are described in {@code docs/report.md}; a name once given keeps
 * its meaning, and new ones may come. Bytes, nanoseconds and counts are whole numbers, moments are
 * ISO 8601 in UTC, and a site is an array of frames, the innermost first, empty if it is not known.
 */
public final class JsonReport {

  /** The value of {@code format}; its number rises when a name goes or changes its meaning. */
  public static final String FORMAT = "rmm-report/1";

  private static final int MOST_POINTS = 240;
  private static final JsonMapper MAPPER = new JsonMapper();

  private JsonReport() {}

  /** Returns the JSON text, ending with a line feed. */
  public static String render(Report report) {
    ObjectNode root = MAPPER.createObjectNode();
    root.put("format", FORMAT);
    root.put("severity", report.severity().name());
    recording(root.putObject("recording"), report);
    each(root.putArray("findings"), report.findings(), JsonReport::finding);
    each(root.putArray("managers"), report.managers(), JsonReport::account);
    each(root.putArray("budgets"), report.budgets(), JsonReport::account);
    each(root.putArray("misuses"), report.misuses(), JsonReport::misuse);
    each(root.putArray("lostBlocks"), report.lostBlocks(), JsonReport::lostBlocks);
    each(root.putArray("growths"), report.growths(), JsonReport::growth);
    each(root.putArray("rules"), report.rules(), JsonReport::rule);
    return root.toPrettyString() + "\n";
  }

  private static void recording(ObjectNode node, Report report) {
    node.put("file", report.file().toString());
    node.put("start", report.start().toString());
    node.put("end", report.end().toString());
    node.put("durationNanos", report.duration().toNanos());
    node.put("events", report.events());
  }

  private static void finding(ObjectNode node, Finding finding) {
    node.put("severity", finding.severity().name());
    node.put("rule", finding.rule());
    node.put("text", finding.text());
  }

  private static void account(ObjectNode node, Account account) {
    names(node, account);
    account
        .last()
        .forEach(
            (field, value) -> {
              if (value == Long.MAX_VALUE) {
                node.putNull(field);
              } else {
                node.put(field, value);
              }
            });
    history(node.putArray("usedHistory"), account.used());
    if (account.isManager()) {
      history(node.putArray("committedHistory"), account.committed());
    }
  }

  private static void names(ObjectNode node, Account account) {
    node.put("manager", account.manager());
    if (!account.isManager()) {
      node.put("budget", account.budget());
    }
  }

  private static void history(ArrayNode points, TimeSeries series) {
    TimeSeries peaks = series.peaks(MOST_POINTS);
    for (int i = 0; i < peaks.size(); i++) {
      ObjectNode point = points.addObject();
      point.put("epochNanos", peaks.time(i));
      point.put("bytes", peaks.value(i));
    }
  }

  private static void misuse(ObjectNode node, MisuseGroup misuse) {
    node.put("kind", misuse.kind());
    node.put("count", misuse.count());
    strings(node.putArray("accounts"), misuse.accounts());
    node.put("smallestBlockBytes", misuse.smallestBlock());
    node.put("largestBlockBytes", misuse.largestBlock());
    node.put("firstEpochNanos", misuse.firstTime());
    node.put("lastEpochNanos", misuse.lastTime());
    node.put("detail", misuse.detail());
    site(node.putArray("detectionSite"), misuse.detectionSite());
    site(node.putArray("allocationSite"), misuse.allocationSite());
    ArrayNode freeSites = node.putArray("freeSites");
    misuse.freeSites().forEach(freeSite -> site(freeSites.addArray(), freeSite));
  }

  private static void lostBlocks(ObjectNode node, LostBlocks lost) {
    node.put("estimatedBytes", lost.estimatedBytes());
    node.put("observedBlocks", lost.observed());
    node.put("observedBytes", lost.observedBytes());
    node.put("oldestAgeNanos", lost.oldestAge());
    strings(node.putArray("accounts"), lost.accounts());
    strings(node.putArray("evidence"), lost.evidence());
    site(node.putArray("allocationSite"), lost.allocationSite());
  }

  private static void growth(ObjectNode node, Growth growth) {
    names(node, growth.account());
    node.put("urgent", growth.urgent());
    node.put("bytesPerSecond", growth.trend().perSecond());
    node.put("lateBytesPerSecond", growth.trend().latePerSecond());
    node.put("risingShare", growth.trend().risingShare());
    node.put("samples", growth.trend().samples());
    node.put("spanNanos", growth.trend().spanNanos());
    Growth.Forecast forecast = growth.forecast();
    if (forecast == null) {
      node.putNull("limit");
    } else {
      ObjectNode limit = node.putObject("limit");
      limit.put("budget", forecast.budget());
      limit.put("bytes", forecast.limitBytes());
      limit.put("secondsLeft", forecast.secondsLeft());
    }
    each(node.putArray("sites"), growth.sites(), JsonReport::growingSite);
  }

  private static void growingSite(ObjectNode node, GrowingSite growing) {
    node.put("lostBytes", growing.lostBytes());
    node.put("allocatedBytes", growing.allocatedBytes());
    site(node.putArray("site"), growing.site());
  }

  private static void rule(ObjectNode node, RuleOutcome rule) {
    node.put("id", rule.id());
    node.put("name", rule.name());
    node.put("topic", rule.topic());
    node.put("severity", rule.severity().name());
    node.put("score", rule.score());
    node.put("summary", rule.summary());
    node.put("explanation", rule.explanation());
    node.put("solution", rule.solution());
  }

  private static void site(ArrayNode node, RecordedSite site) {
    strings(node, site.frames());
  }

  private static void strings(ArrayNode node, Collection<String> strings) {
    strings.forEach(node::add);
  }

  private static <T> void each(
      ArrayNode array, Collection<T> items, BiConsumer<ObjectNode, T> writer) {
    items.forEach(item -> writer.accept(array.addObject(), item));
  }
}
