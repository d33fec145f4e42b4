package io.rmm.jmx;

import io.rmm.jmx.ledger.Account;
import io.rmm.jmx.ledger.Purpose;

/**
 * What one kind of memory has in the resident memory of the process.
 *
 * @param name what the memory is for, for example {@code metaspace}
 * @param resident its bytes that are in memory; those of all lines add up to the process's
 * @param measured bytes of these that the kernel has counted; the others are estimated
 * @param committed bytes that its owner holds, in memory or not; -1 if the owner does not say
 * @param evidence how {@code resident} is known
 */
public record LedgerLine(
    String name, long resident, long measured, long committed, LedgerEvidence evidence) {

  static LedgerLine of(Account account) {
    return new LedgerLine(
        account.purpose().line(),
        account.resident(),
        account.measured(),
        account.committed(),
        evidence(account));
  }

  private static LedgerEvidence evidence(Account account) {
    if (account.purpose() == Purpose.UNEXPLAINED) {
      return LedgerEvidence.REMAINDER;
    }
    return account.measured() == account.resident()
        ? LedgerEvidence.MEASURED
        : LedgerEvidence.ESTIMATED;
  }
}
