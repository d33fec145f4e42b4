package io.rmm.jmx;

import static io.rmm.jmx.TestBeans.SERVER;
import static io.rmm.jmx.TestBeans.get;
import static org.assertj.core.api.Assertions.assertThat;

import io.rmm.allocator.ExporterStatistics;
import io.rmm.allocator.MemoryManager;
import io.rmm.allocator.signal.ManagedBean;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.atomic.AtomicLong;
import javax.management.Notification;
import javax.management.ObjectName;
import javax.management.openmbean.CompositeData;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class ExporterBeanTest {

  private final ObjectName bean = TestBeans.bean("exported", ManagedBean.EXPORTER);
  private MemoryManager manager;

  @BeforeEach
  void open() {
    manager = MemoryManager.builder().name("exported").build();
    manager.awaitViews();
  }

  @AfterEach
  void close() {
    manager.close();
  }

  @Test
  void withoutExportersThereIsNothing() throws Exception {
    assertThat(get(bean, "Sent")).isEqualTo(0L);
    assertThat(get(bean, "LastError")).isEqualTo("");
    assertThat((CompositeData[]) get(bean, "Exporters")).isEmpty();
  }

  @Test
  void exportersAreAddedUp() throws Exception {
    manager.addExporter(() -> new ExporterStatistics("one", 10, 1, 2, 3, 4_000, ""));
    manager.addExporter(() -> new ExporterStatistics("two", 20, 2, 3, 4, 5_000, "refused"));

    assertThat(get(bean, "Sent")).isEqualTo(30L);
    assertThat(get(bean, "Dropped")).isEqualTo(3L);
    assertThat(get(bean, "Failed")).isEqualTo(5L);
    assertThat(get(bean, "Queued")).isEqualTo(7L);
    assertThat(get(bean, "LastError")).isEqualTo("refused");
    CompositeData[] rows = (CompositeData[]) get(bean, "Exporters");
    assertThat(rows).extracting(row -> row.get("name")).containsExactly("one", "two");
    assertThat(rows[1].get("lagNanos")).isEqualTo(5_000L);
  }

  @Test
  void theBeginningOfDropsIsNotified() throws Exception {
    BlockingQueue<Notification> received = new LinkedBlockingQueue<>();
    SERVER.addNotificationListener(
        bean, (notification, handback) -> received.add(notification), null, null);
    AtomicLong dropped = new AtomicLong();
    manager.addExporter(
        () -> new ExporterStatistics("full", 0, dropped.get(), 0, 0, 0, "queue is full"));
    dropped.set(5);

    Notification notification = received.take();
    assertThat(notification.getType()).isEqualTo(ManagedBean.EXPORTER_NOTIFICATION);
    CompositeData data = (CompositeData) notification.getUserData();
    assertThat(data.get("dropped")).isEqualTo(5L);
    assertThat(data.get("droppedNow")).isEqualTo(5L);
    assertThat(data.get("lastError")).isEqualTo("queue is full");
  }
}
