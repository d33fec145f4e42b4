package io.rmm.benchmarks.peer;

import java.lang.management.ManagementFactory;
import java.util.Arrays;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import javax.management.JMException;
import javax.management.MBeanFeatureInfo;
import javax.management.MBeanServer;
import javax.management.MalformedObjectNameException;
import javax.management.ObjectName;

/** Reads every attribute of every bean of RMM once a second, as a scraper in a hurry does. */
final class BeanReading implements AutoCloseable {

  private final MBeanServer server = ManagementFactory.getPlatformMBeanServer();
  private final ScheduledExecutorService clock =
      Executors.newSingleThreadScheduledExecutor(
          task -> Thread.ofPlatform().daemon().name("benchmark-beans").unstarted(task));
  private final ObjectName pattern;

  BeanReading() {
    try {
      pattern = new ObjectName("io.rmm:*");
    } catch (MalformedObjectNameException e) {
      throw new AssertionError(e);
    }
    var _ = clock.scheduleAtFixedRate(this::read, 0, 1, TimeUnit.SECONDS);
  }

  private void read() {
    for (ObjectName bean : server.queryNames(pattern, null)) {
      try {
        String[] attributes =
            Arrays.stream(server.getMBeanInfo(bean).getAttributes())
                .map(MBeanFeatureInfo::getName)
                .toArray(String[]::new);
        var _ = server.getAttributes(bean, attributes);
      } catch (JMException e) {
        // The bean is gone meanwhile.
      }
    }
  }

  @Override
  public void close() {
    clock.shutdownNow();
  }
}
