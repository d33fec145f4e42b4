package io.rmm.analysis;

import io.rmm.allocator.signal.EventType;
import java.util.List;
import java.util.stream.Stream;
import org.openjdk.jmc.common.item.IItemCollection;
import org.openjdk.jmc.common.unit.BinaryPrefix;
import org.openjdk.jmc.common.unit.IQuantity;
import org.openjdk.jmc.common.unit.UnitLookup;
import org.openjdk.jmc.common.util.IPreferenceValueProvider;
import org.openjdk.jmc.common.util.TypedPreference;
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
 * Finds used memory that only grows, by manager and budget.
 *
 * <p>An account counts as growing when, after a warm-up, three things are true together: enough
 * samples, a high rising share (see {@link Trend}) and a growth worth naming. With eight samples
 * without any trend, a rising share of 80 % comes about by chance in less than two cases of a
 * hundred (Kendall's test: 23 of 28 pairs), and with more samples in practice never; that is why
 * fewer are refused. The least growth is 512 KiB, the allocator's mean sampling interval: of less
 * than that no site can be expected to be known.
 *
 * <p>It is a warning when a hard limit will be reached soon, or when no limit stands in the way at
 * all. It is only worth knowing when the limit is far, or when the growth is levelling off, its
 * later half being less than half as steep: a cache being filled looks like that, a leak does not.
 */
public final class GrowthRule extends AbstractRule {

  /** The rule's id. */
  public static final String ID = "RmmGrowth";

  /** The part of an account's time that is left out at its start. */
  public static final TypedPreference<IQuantity> WARM_UP =
      new TypedPreference<>(
          "rmm.growth.warmUp",
          "Warm-up",
          "Share of an account's time at its start that is not looked at",
          UnitLookup.PERCENTAGE,
          UnitLookup.PERCENT.quantity(20));

  /** The samples needed after the warm-up. */
  public static final TypedPreference<IQuantity> LEAST_SAMPLES =
      new TypedPreference<>(
          "rmm.growth.leastSamples",
          "Least samples",
          "Statistics events of an account needed after the warm-up",
          UnitLookup.NUMBER,
          UnitLookup.NUMBER_UNITY.quantity(8));

  /** The rising share from which memory counts as only growing. */
  public static final TypedPreference<IQuantity> RISING_SHARE =
      new TypedPreference<>(
          "rmm.growth.risingShare",
          "Rising share",
          "Least share of all pairs of samples whose later one is higher",
          UnitLookup.PERCENTAGE,
          UnitLookup.PERCENT.quantity(80));

  /** The growth after the warm-up from which on it is told. */
  public static final TypedPreference<IQuantity> LEAST_GROWTH =
      new TypedPreference<>(
          "rmm.growth.leastGrowth",
          "Least growth",
          "Bytes by which an account must have grown after the warm-up",
          UnitLookup.MEMORY,
          UnitLookup.MEMORY.getUnit(BinaryPrefix.KIBI).quantity(512));

  /** The time within which reaching a limit is a warning. */
  public static final TypedPreference<IQuantity> HORIZON =
      new TypedPreference<>(
          "rmm.growth.horizon",
          "Horizon",
          "Growth that reaches a hard limit within this time is a warning",
          UnitLookup.TIMESPAN,
          UnitLookup.DAY.quantity(7));

  /** The growing accounts. */
  public static final TypedCollectionResult<Growth> GROWTHS =
      new TypedCollectionResult<>(
          "growths",
          "Growing memory",
          "Managers and budgets whose used memory only grows",
          UnitLookup.createSyntheticContentType("rmmGrowth"),
          Growth.class);

  /** Bytes by which the fastest of them grows in a second. */
  public static final TypedResult<IQuantity> GROWTH_PER_SECOND =
      new TypedResult<>(
          "growthPerSecond",
          "Growth a second",
          "Bytes by which the fastest growing account grows in a second",
          UnitLookup.MEMORY,
          IQuantity.class);

  /** Makes the rule; JMC does, by its services. */
  public GrowthRule() {
    super(
        ID,
        "Off-Heap Memory that Only Grows",
        MisuseRule.TOPIC,
        List.of(WARM_UP, LEAST_SAMPLES, RISING_SHARE, LEAST_GROWTH, HORIZON),
        List.of(TypedResult.SCORE, GROWTHS, GROWTH_PER_SECOND),
        RequiredEventsBuilder.create()
            .addEventType(EventType.MANAGER_STATISTICS.eventName(), EventAvailability.UNKNOWN)
            .addEventType(EventType.BUDGET_STATISTICS.eventName(), EventAvailability.UNKNOWN)
            .addEventType(EventType.LEAK_SUSPECT.eventName(), EventAvailability.UNKNOWN)
            .addEventType(EventType.ALLOCATION_SAMPLE.eventName(), EventAvailability.UNKNOWN)
            .build());
  }

  @Override
  protected IResult getResult(
      IItemCollection items, IPreferenceValueProvider preferences, IResultValueProvider results) {
    ResultBuilder result = ResultBuilder.createFor(this, preferences);
    List<Account> accounts =
        Stream.concat(Account.ofManagers(items).stream(), Account.ofBudgets(items).stream())
            .toList();
    if (accounts.isEmpty()) {
      return result
          .setSeverity(Severity.NA)
          .setSummary("Used off-heap memory was not recorded.")
          .setSolution(MissingEvents.advice(items, EventType.MANAGER_STATISTICS))
          .setSuggestedRecordingSettings(MissingEvents.enabling(EventType.MANAGER_STATISTICS))
          .build();
    }
    GrowthSearch.Criteria criteria =
        new GrowthSearch.Criteria(
            preferences.getPreferenceValue(WARM_UP).doubleValueIn(UnitLookup.PERCENT_UNITY),
            (int) preferences.getPreferenceValue(LEAST_SAMPLES).longValue(),
            preferences.getPreferenceValue(RISING_SHARE).doubleValueIn(UnitLookup.PERCENT_UNITY),
            preferences.getPreferenceValue(LEAST_GROWTH).doubleValueIn(UnitLookup.BYTE),
            preferences.getPreferenceValue(HORIZON).doubleValueIn(UnitLookup.SECOND));
    GrowthSearch search = new GrowthSearch(accounts, criteria);
    if (search.samples() < criteria.samples()) {
      return result
          .setSeverity(Severity.NA)
          .setSummary(
              "Too few samples of used off-heap memory: "
                  + search.samples()
                  + " after the warm-up, {rmm.growth.leastSamples} needed.")
          .setSolution("Record for longer, or shorten the period of the statistics events.")
          .build();
    }
    List<Growth> growths = search.find(items);
    if (growths.isEmpty()) {
      return result
          .setSeverity(Severity.OK)
          .setSummary("No off-heap memory only grows.")
          .addResult(TypedResult.SCORE, UnitLookup.NUMBER_UNITY.quantity(0))
          .build();
    }
    return growing(result, growths);
  }

  private static IResult growing(ResultBuilder result, List<Growth> growths) {
    double score = growths.stream().mapToDouble(GrowthRule::score).max().orElse(0);
    Growth fastest = growths.getFirst();
    return result
        .setSeverity(Severity.get(score))
        .setSummary(
            "Off-heap memory only grows, by up to "
                + Quantities.bytesPerSecond(fastest.trend().perSecond())
                + ".")
        .setExplanation("Growing memory: {growths}")
        .setSolution(
            "Look first at sites from which memory was lost, then at what keeps the blocks of the"
                + " sites that allocate most. A cache needs a bound; a budget with a hard limit"
                + " keeps the damage to its owner.")
        .addResult(GROWTHS, growths)
        .addResult(GROWTH_PER_SECOND, UnitLookup.BYTE.quantity(fastest.trend().perSecond()))
        .addResult(TypedResult.SCORE, UnitLookup.NUMBER_UNITY.quantity(score))
        .build();
  }

  /** Returns 75 to 100 for a warning, by the rising share, and 50 for what is worth knowing. */
  private static double score(Growth growth) {
    double warning = Severity.WARNING.getLimit();
    return growth.urgent() ? warning + (100 - warning) * growth.trend().risingShare() : 50;
  }
}
