package io.rmm.analysis;

import io.rmm.analysis.Growth.Forecast;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;
import org.openjdk.jmc.common.item.IItemCollection;

/**
 * Finds the accounts whose used memory only grows, and what is behind it.
 *
 * <p>Growth below is growth above: a leak in one tenant raises every budget over it and the manager
 * as well. Only the deepest accounts that explain a growth are told; one above them is told as well
 * only if it grows by more than twice what they do. The limits of all accounts above count for the
 * forecast, because the first one reached is the one that refuses.
 */
final class GrowthSearch {

  private record Candidate(Account account, Trend trend) {}

  private final Criteria criteria;
  private final List<Candidate> candidates = new ArrayList<>();

  /**
   * What counts as growth.
   *
   * @param warmUp share of an account's time that is left out at its start, 0 to 1
   * @param samples samples needed after the warm-up
   * @param risingShare least rising share, 0 to 1
   * @param bytes least growth over the time after the warm-up
   * @param horizon seconds within which reaching a hard limit is urgent
   */
  record Criteria(double warmUp, int samples, double risingShare, double bytes, double horizon) {}

  GrowthSearch(List<Account> accounts, Criteria criteria) {
    this.criteria = criteria;
    for (Account account : accounts) {
      candidates.add(new Candidate(account, Trend.of(account.used().after(criteria.warmUp()))));
    }
  }

  /** Returns the most samples that any account has after the warm-up. */
  int samples() {
    return candidates.stream().mapToInt(candidate -> candidate.trend().samples()).max().orElse(0);
  }

  /** Returns the growing accounts, the fastest first. */
  List<Growth> find(IItemCollection items) {
    List<Candidate> told = new ArrayList<>();
    candidates.stream()
        .filter(this::grows)
        .sorted(Comparator.comparingInt(GrowthSearch::depth).reversed())
        .filter(candidate -> !explained(candidate, told))
        .forEach(told::add);
    return told.stream()
        .sorted(Comparator.comparingDouble((Candidate c) -> c.trend().perSecond()).reversed())
        .map(candidate -> growth(candidate, items))
        .toList();
  }

  private Growth growth(Candidate candidate, IItemCollection items) {
    Account account = candidate.account();
    Trend trend = candidate.trend();
    Forecast forecast = forecast(candidate);
    boolean far = forecast != null && forecast.secondsLeft() > criteria.horizon();
    long from = account.used().after(criteria.warmUp()).time(0);
    return new Growth(
        account, trend, forecast, !far && !levelsOff(trend), GrowingSite.of(items, account, from));
  }

  private static boolean levelsOff(Trend trend) {
    return trend.latePerSecond() < trend.perSecond() / 2;
  }

  private boolean grows(Candidate candidate) {
    Trend trend = candidate.trend();
    return trend.samples() >= criteria.samples()
        && trend.risingShare() >= criteria.risingShare()
        && trend.change() >= criteria.bytes();
  }

  private static int depth(Candidate candidate) {
    String budget = candidate.account().budget();
    return budget.isEmpty() ? -1 : (int) budget.chars().filter(c -> c == '/').count();
  }

  private static boolean explained(Candidate candidate, List<Candidate> told) {
    double below =
        told.stream()
            .filter(other -> covers(candidate, other))
            .mapToDouble(other -> other.trend().perSecond())
            .sum();
    return below >= candidate.trend().perSecond() / 2;
  }

  private static boolean covers(Candidate above, Candidate below) {
    return above.account().covers(below.account().manager(), below.account().budget());
  }

  private @Nullable Forecast forecast(Candidate growing) {
    Forecast first = null;
    for (Candidate above : candidates) {
      OptionalLong limit = above.account().hardLimit();
      boolean counts = covers(above, growing);
      if (counts && limit.isPresent() && above.trend().perSecond() > 0) {
        double room = Math.max(0, limit.getAsLong() - above.account().used().last());
        double seconds = room / above.trend().perSecond();
        if (first == null || seconds < first.secondsLeft()) {
          first = new Forecast(above.account().budget(), limit.getAsLong(), seconds);
        }
      }
    }
    return first;
  }
}
