package io.rmm.analysis;

import io.rmm.allocator.signal.EventType;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.TreeMap;
import org.openjdk.jmc.common.item.IItemCollection;

/**
 * What a memory manager, or one of its budgets, told of itself in the course of a recording.
 *
 * @param manager the manager's name
 * @param budget the budget's path, or an empty text where the account is the manager's own
 * @param used the bytes of the slots handed out, over time
 * @param committed the bytes backed by memory, over time; empty for a budget
 * @param last the numbers of the last event, by the names of its fields in the registry
 */
public record Account(
    String manager, String budget, TimeSeries used, TimeSeries committed, Map<String, Long> last) {

  /** Keeps the order of {@code last}. */
  public Account {
    last = Collections.unmodifiableMap(new LinkedHashMap<>(last));
  }

  /** Returns the accounts of the managers, sorted by name. */
  public static List<Account> ofManagers(IItemCollection items) {
    return read(items, EventType.MANAGER_STATISTICS);
  }

  /** Returns the accounts of the budgets, sorted by manager and path. */
  public static List<Account> ofBudgets(IItemCollection items) {
    return read(items, EventType.BUDGET_STATISTICS);
  }

  /** Tells whether this is the account of a whole manager. */
  public boolean isManager() {
    return budget.isEmpty();
  }

  /** Returns the hard limit in bytes, if there is one. */
  public OptionalLong hardLimit() {
    long hard = last.getOrDefault("hard", Long.MAX_VALUE);
    return hard > 0 && hard < Long.MAX_VALUE ? OptionalLong.of(hard) : OptionalLong.empty();
  }

  /** Returns manager and budget for people. */
  public String title() {
    return title(manager, budget);
  }

  /** Tells whether what a budget holds is held by this account: its own or one above. */
  boolean covers(String otherManager, String otherBudget) {
    return manager.equals(otherManager)
        && (isManager() || budget.equals(otherBudget) || otherBudget.startsWith(budget + "/"));
  }

  /** Returns manager and budget for people. */
  static String title(String manager, String budget) {
    return budget.isEmpty()
        ? "memory manager '" + manager + "'"
        : "budget '" + budget + "' of memory manager '" + manager + "'";
  }

  private static List<Account> read(IItemCollection items, EventType type) {
    boolean budgets = type.fields().contains("budget");
    Map<List<String>, List<EventRow>> rows = new TreeMap<>(Account::byNames);
    for (EventRow row : EventRow.of(items, type)) {
      List<String> key = List.of(row.manager(), budgets ? row.text("budget") : "");
      rows.computeIfAbsent(key, k -> new ArrayList<>()).add(row);
    }
    List<Account> accounts = new ArrayList<>();
    rows.forEach((key, own) -> accounts.add(account(key.get(0), key.get(1), own, type)));
    return List.copyOf(accounts);
  }

  private static int byNames(List<String> one, List<String> other) {
    int byManager = one.get(0).compareTo(other.get(0));
    return byManager != 0 ? byManager : one.get(1).compareTo(other.get(1));
  }

  private static Account account(
      String manager, String budget, List<EventRow> rows, EventType type) {
    TimeSeries.Builder used = new TimeSeries.Builder();
    TimeSeries.Builder committed = new TimeSeries.Builder();
    boolean hasCommitted = type.fields().contains("committed");
    for (EventRow row : rows) {
      used.add(row.time(), row.number("used"));
      if (hasCommitted) {
        committed.add(row.time(), row.number("committed"));
      }
    }
    Map<String, Long> last = new LinkedHashMap<>();
    for (String field : type.fields()) {
      if (!field.equals("budget")) {
        last.put(field, rows.getLast().number(field));
      }
    }
    return new Account(manager, budget, used.build(), committed.build(), last);
  }
}
