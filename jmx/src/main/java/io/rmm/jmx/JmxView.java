package io.rmm.jmx;

import io.rmm.allocator.MemorySource;
import io.rmm.allocator.MemoryView;
import io.rmm.allocator.log.Log;
import java.lang.System.Logger.Level;
import java.lang.management.ManagementFactory;

/**
 * Registers MXBeans for a source: {@code io.rmm:type=MemoryManager,manager=name}, the same with
 * {@code type=Misuse}, {@code Leaks}, {@code Tuning} and {@code Exporter}, and {@code
 * io.rmm:type=Budget,manager=name,name=path} for each budget, within a second of its creation; and
 * {@code type=Control}, if the system property {@code rmm.control.enabled} is {@code true}. They
 * are gone when the source is closed; that waits up to a second for a listener to take the last
 * notifications. While there is a source, the process has {@code io.rmm:type=NativeMemoryLedger}
 * too.
 *
 * <p>Where the name of a manager or budget holds a character that object names cannot hold ({@code
 * , = : " * ?} or a line break), its value is quoted as {@link javax.management.ObjectName#quote}
 * does; else it stands as it is. A second manager of the same name gets {@code instance=2} after
 * {@code manager} in all its names.
 *
 * <p>The module requires {@code java.management}. On the class path nobody checks that; in a
 * runtime without it this view shows nothing, and says so in one log line.
 *
 * @see MemoryManagerMXBean
 * @see BudgetMXBean
 * @see MisuseMXBean
 * @see LeaksMXBean
 * @see TuningMXBean
 * @see ExporterMXBean
 * @see ControlMXBean
 * @see NativeMemoryLedgerMXBean
 */
public final class JmxView implements MemoryView {

  /** Makes the view. */
  public JmxView() {}

  /**
   * {@inheritDoc}
   *
   * @throws IllegalStateException if a bean cannot be registered; then none is
   */
  @Override
  public AutoCloseable attach(MemorySource source) {
    // No signature of this class names java.management: ServiceLoader could not load it otherwise.
    if (ModuleLayer.boot().findModule("java.management").isEmpty()) {
      Log.logger("io.rmm.jmx")
          .log(
              Level.INFO,
              "{0} is not shown in JMX: this runtime has no module java.management",
              source.name());
      return () -> {};
    }
    AutoCloseable beans = SourceBeans.register(ManagementFactory.getPlatformMBeanServer(), source);
    AutoCloseable ledger;
    try {
      ledger = LedgerRegistration.attach(source);
    } catch (RuntimeException | Error e) {
      try {
        beans.close();
      } catch (Exception closing) {
        e.addSuppressed(closing);
      }
      throw e;
    }
    return () -> {
      try (beans) {
        ledger.close();
      }
    };
  }
}
