package io.rmm.analysis;

import java.util.List;
import org.jspecify.annotations.Nullable;
import org.openjdk.jmc.common.IDisplayable;

/**
 * Used memory of one account that only grows.
 *
 * @param account the manager or budget
 * @param trend how it grew after the warm-up
 * @param forecast when which hard limit will be reached, or null if there is none in the way
 * @param urgent whether it is a warning, and not only worth knowing
 * @param sites the places that are likely to be behind it, the likeliest first
 */
public record Growth(
    Account account,
    Trend trend,
    @Nullable Forecast forecast,
    boolean urgent,
    List<GrowingSite> sites)
    implements IDisplayable {

  /**
   * When a hard limit will be reached if memory goes on growing as it did.
   *
   * @param budget the path of the budget whose limit comes first: the growing one or an ancestor
   * @param limitBytes that limit
   * @param secondsLeft seconds from the last event of the account until then, 0 or more
   */
  public record Forecast(String budget, long limitBytes, double secondsLeft) {}

  /** Copies the list. */
  public Growth {
    sites = List.copyOf(sites);
  }

  /** Returns one sentence; JMC shows growth in this way. */
  @Override
  public String displayUsing(String formatHint) {
    return "Used memory of "
        + account.title()
        + " grows by "
        + Quantities.bytesPerSecond(trend.perSecond())
        + limitInWords()
        + "; "
        + sitesInWords()
        + ".";
  }

  /** Returns when which limit is reached, as the continuation of a sentence. */
  public String limitInWords() {
    return forecast == null
        ? " and no hard limit stands in its way"
        : " and reaches the hard limit of "
            + Quantities.bytes(forecast.limitBytes())
            + " of budget '"
            + forecast.budget()
            + "' in "
            + Quantities.seconds(Math.round(forecast.secondsLeft()));
  }

  private String sitesInWords() {
    if (sites.isEmpty()) {
      return "no site was observed";
    }
    GrowingSite first = sites.getFirst();
    return first.lostBytes() > 0
        ? "most was lost from " + first.site().top()
        : "most is allocated at " + first.site().top();
  }
}
