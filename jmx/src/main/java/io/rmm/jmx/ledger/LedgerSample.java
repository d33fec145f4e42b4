package io.rmm.jmx.ledger;

import java.util.List;
import java.util.Map;

/**
 * Where the resident memory of the process went, at one moment.
 *
 * @param time when, in milliseconds since the epoch
 * @param duration how long it took to find out, in nanoseconds
 * @param resident resident bytes of the process, the sum of the accounts; {@link Account#UNKNOWN}
 *     if the system does not tell, and then there are no accounts
 * @param accounts the lines, one for each {@link Purpose} in that order
 * @param managers bytes that each memory manager has committed
 * @param notes what could not be found out or told apart, and what helps
 */
public record LedgerSample(
    long time,
    long duration,
    long resident,
    List<Account> accounts,
    Map<String, Long> managers,
    List<String> notes) {

  /** Copies what it is given. */
  public LedgerSample {
    accounts = List.copyOf(accounts);
    managers = Map.copyOf(managers);
    notes = List.copyOf(notes);
  }

  /** Returns the resident bytes that nobody accounts for, or {@link Account#UNKNOWN}. */
  public long unexplained() {
    return accounts.stream()
        .filter(account -> account.purpose() == Purpose.UNEXPLAINED)
        .mapToLong(Account::resident)
        .findFirst()
        .orElse(Account.UNKNOWN);
  }

  /** Returns the resident bytes of which it is known what for, or {@link Account#UNKNOWN}. */
  public long explained() {
    return accounts.isEmpty() ? Account.UNKNOWN : resident - unexplained();
  }
}
