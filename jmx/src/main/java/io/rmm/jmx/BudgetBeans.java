package io.rmm.jmx;

import io.rmm.allocator.signal.ManagedBean;
import io.rmm.jmx.BeanNotifications.Severity;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import javax.management.JMException;

/**
 * The beans of the budgets of one source. Registering and looking belong to one thread, which at
 * first is the one that makes the object; {@link #find} is for any.
 */
final class BudgetBeans {

  private final Snapshots snapshots;
  private final Registrations registrations;
  private final BeanNames names;
  private final Audit audit;
  private final NotificationQueue notifications;
  private final Map<String, BudgetBean> byPath = new ConcurrentHashMap<>();

  BudgetBeans(
      Snapshots snapshots,
      Registrations registrations,
      BeanNames names,
      Audit audit,
      NotificationQueue notifications) {
    this.snapshots = snapshots;
    this.registrations = registrations;
    this.names = names;
    this.audit = audit;
    this.notifications = notifications;
  }

  /** Registers the beans of budgets that have none. One that cannot be is not tried again. */
  void registerNew() throws JMException {
    for (String path : snapshots.current().budgets().keySet()) {
      if (!byPath.containsKey(path)) {
        BeanNotifications ofBudget =
            new BeanNotifications(
                names.ofBudget(path),
                ManagedBean.THRESHOLD_NOTIFICATION,
                "A budget has come to its usage threshold; the user data tells which and how much",
                Severity.WARNING,
                notifications);
        BudgetBean bean = new BudgetBean(path, snapshots, audit, ofBudget);
        byPath.put(path, bean);
        registrations.register(
            names.ofBudget(path), new OpenBean(bean, BudgetMXBean.class, ofBudget, snapshots));
      }
    }
  }

  /** Looks which budgets have come to their thresholds. */
  void look() {
    byPath.values().forEach(BudgetBean::look);
  }

  Optional<BudgetBean> find(String path) {
    return Optional.ofNullable(byPath.get(path));
  }
}
