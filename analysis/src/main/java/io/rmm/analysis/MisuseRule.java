package io.rmm.analysis;

import io.rmm.allocator.signal.EventType;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.openjdk.jmc.common.item.IItemCollection;
import org.openjdk.jmc.common.unit.IQuantity;
import org.openjdk.jmc.common.unit.UnitLookup;
import org.openjdk.jmc.common.util.IPreferenceValueProvider;
import org.openjdk.jmc.common.util.TypedPreference;
import org.openjdk.jmc.flightrecorder.jdk.JdkTypeIDs;
import org.openjdk.jmc.flightrecorder.rules.AbstractRule;
import org.openjdk.jmc.flightrecorder.rules.IResult;
import org.openjdk.jmc.flightrecorder.rules.IResultValueProvider;
import org.openjdk.jmc.flightrecorder.rules.ResultBuilder;
import org.openjdk.jmc.flightrecorder.rules.Severity;
import org.openjdk.jmc.flightrecorder.rules.TypedCollectionResult;
import org.openjdk.jmc.flightrecorder.rules.TypedResult;
import org.openjdk.jmc.flightrecorder.rules.util.RulesToolkit.EventAvailability;
import org.openjdk.jmc.flightrecorder.rules.util.RulesToolkit.RequiredEventsBuilder;

/**
 * Warns of every misuse of memory in a recording, and of blocks that were lost.
 *
 * <p>One is enough: a double free or an overrun is a fault of the program whatever its number, and
 * the allocator reports none that is not one. Lost blocks stand here and not in {@link GrowthRule},
 * because they are of the same nature: a fact about single blocks, certain by itself, that needs
 * neither a long recording nor a trend. The growth rule takes them up again to name what is behind
 * a growth.
 *
 * <p>Misuses are grouped by kind, place of detection and place of allocation: what a fix will
 * touch. What a guard refused and nobody explained is found by its error, see {@link GuardHits}.
 * The managers' own counters are compared with the events, so that misuses are not passed over in
 * silence when their events were disabled or throttled.
 */
public final class MisuseRule extends AbstractRule {

  /** The rule's id. */
  public static final String ID = "RmmMisuse";

  /** The topic of RMM's rules. */
  static final String TOPIC = "rmm";

  /** Kinds that are passed over, for programs that leave some memory to the end of the process. */
  public static final TypedPreference<String> IGNORED_KINDS =
      new TypedPreference<>(
          "rmm.misuse.ignoredKinds",
          "Ignored kinds of misuse",
          "Kinds of misuse that are passed over, separated by commas, for example LEAK",
          UnitLookup.PLAIN_TEXT.getPersister(),
          "");

  /** The misuses, grouped. */
  public static final TypedCollectionResult<MisuseGroup> MISUSES =
      new TypedCollectionResult<>(
          "misuses",
          "Misuses",
          "Misuses by kind and site",
          UnitLookup.createSyntheticContentType("rmmMisuseGroup"),
          MisuseGroup.class);

  /** The blocks that nobody can free any more, by site. */
  public static final TypedCollectionResult<LostBlocks> LOST_BLOCKS =
      new TypedCollectionResult<>(
          "lostBlocks",
          "Lost blocks",
          "Blocks that nobody can free any more, by allocation site",
          UnitLookup.createSyntheticContentType("rmmLostBlocks"),
          LostBlocks.class);

  /** The misuses that the managers counted. */
  public static final TypedResult<IQuantity> COUNTED =
      new TypedResult<>(
          "counted",
          "Counted misuses",
          "Misuses that the memory managers counted since their start",
          UnitLookup.NUMBER,
          IQuantity.class);

  /** Makes the rule; JMC does, by its services. */
  public MisuseRule() {
    super(
        ID,
        "Misuse of Off-Heap Memory",
        TOPIC,
        List.of(IGNORED_KINDS),
        List.of(TypedResult.SCORE, MISUSES, LOST_BLOCKS, COUNTED),
        RequiredEventsBuilder.create()
            .addEventType(EventType.MISUSE.eventName(), EventAvailability.UNKNOWN)
            .addEventType(EventType.LEAK_SUSPECT.eventName(), EventAvailability.UNKNOWN)
            .addEventType(EventType.ALLOCATION_SAMPLE.eventName(), EventAvailability.UNKNOWN)
            .addEventType(JdkTypeIDs.ERRORS_THROWN, EventAvailability.UNKNOWN)
            .addEventType(EventType.MANAGER_STATISTICS.eventName(), EventAvailability.UNKNOWN)
            .build());
  }

  @Override
  protected IResult getResult(
      IItemCollection items, IPreferenceValueProvider preferences, IResultValueProvider results) {
    Set<String> ignored =
        Arrays.stream(preferences.getPreferenceValue(IGNORED_KINDS).split(","))
            .map(String::strip)
            .collect(Collectors.toSet());
    List<MisuseGroup> reported = MisuseGroup.of(items);
    List<MisuseGroup> misuses =
        Stream.concat(reported.stream(), GuardHits.of(items, reported).stream())
            .filter(group -> !ignored.contains(group.kind()))
            .toList();
    List<LostBlocks> lost = LostBlocks.of(items);
    long counted =
        Account.ofManagers(items).stream()
            .mapToLong(account -> account.last().getOrDefault("misuses", 0L))
            .sum();
    ResultBuilder result = ResultBuilder.createFor(this, preferences);
    if (!misuses.isEmpty() || !lost.isEmpty()) {
      int events = reported.stream().mapToInt(MisuseGroup::count).sum();
      return warning(result, misuses, lost, counted, events);
    }
    if (MissingEvents.wereRecorded(items, EventType.MISUSE)) {
      return result
          .setSeverity(Severity.OK)
          .setSummary("No misuse of off-heap memory was found.")
          .addResult(TypedResult.SCORE, UnitLookup.NUMBER_UNITY.quantity(0))
          .build();
    }
    return notRecorded(result, items, counted);
  }

  private static IResult warning(
      ResultBuilder result,
      List<MisuseGroup> misuses,
      List<LostBlocks> lost,
      long counted,
      int events) {
    int found = misuses.stream().mapToInt(MisuseGroup::count).sum();
    long lostBytes = lost.stream().mapToLong(LostBlocks::estimatedBytes).sum();
    StringBuilder summary = new StringBuilder();
    StringBuilder explanation = new StringBuilder();
    if (!misuses.isEmpty()) {
      summary.append(Quantities.counted(found, "misuse", "misuses")).append(" of memory found. ");
      explanation.append("Misuses by kind and site: {misuses}\n");
      result
          .addResult(MISUSES, misuses)
          .addResult(COUNTED, UnitLookup.NUMBER_UNITY.quantity(Math.max(counted, events)));
      if (counted > events) {
        explanation.append("The memory managers counted {counted} misuses since their start.\n");
      }
    }
    if (!lost.isEmpty()) {
      summary
          .append("About ")
          .append(Quantities.bytes(lostBytes))
          .append(" of memory can no longer be freed by anybody.");
      explanation.append("Lost blocks by site: {lostBlocks}\n");
      result.addResult(LOST_BLOCKS, lost);
    }
    return result
        .setSeverity(Severity.WARNING)
        .setSummary(summary.toString().strip())
        .setExplanation(explanation.toString().strip())
        .setSolution(
            "Correct the code at the sites named: a block is closed exactly once, by its owner, on"
                + " every path. To learn more of a misuse, run with the safety mode PARANOID, which"
                + " knows the allocation site of every block.")
        .addResult(TypedResult.SCORE, UnitLookup.NUMBER_UNITY.quantity(100))
        .build();
  }

  private static IResult notRecorded(ResultBuilder result, IItemCollection items, long counted) {
    result
        .setSuggestedRecordingSettings(MissingEvents.enabling(EventType.MISUSE))
        .setSolution(MissingEvents.advice(items, EventType.MISUSE));
    if (counted > 0) {
      return result
          .setSeverity(Severity.WARNING)
          .setSummary("{counted} misuses of memory were counted, but their events are missing.")
          .addResult(COUNTED, UnitLookup.NUMBER_UNITY.quantity(counted))
          .addResult(TypedResult.SCORE, UnitLookup.NUMBER_UNITY.quantity(90))
          .build();
    }
    return result
        .setSeverity(Severity.NA)
        .setSummary("Misuses of off-heap memory were not recorded.")
        .build();
  }
}
