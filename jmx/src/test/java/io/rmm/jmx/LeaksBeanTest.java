package io.rmm.jmx;

import static io.rmm.jmx.TestBeans.SERVER;
import static io.rmm.jmx.TestBeans.get;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.rmm.allocator.Block;
import io.rmm.allocator.MemoryManager;
import io.rmm.allocator.SafetyMode;
import io.rmm.allocator.SiteProfile;
import io.rmm.allocator.signal.ManagedBean;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import javax.management.Notification;
import javax.management.ObjectName;
import javax.management.openmbean.CompositeData;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class LeaksBeanTest {

  private final ObjectName bean = TestBeans.bean("leaky", ManagedBean.LEAKS);
  private MemoryManager manager;

  @BeforeEach
  void open() {
    manager = MemoryManager.builder().name("leaky").safetyMode(SafetyMode.PARANOID).build();
    manager.awaitViews();
  }

  @AfterEach
  void close() {
    manager.close();
  }

  @Test
  void aLostBlockIsASuspect() throws Exception {
    BlockingQueue<Notification> received = new LinkedBlockingQueue<>();
    SERVER.addNotificationListener(
        bean, (notification, handback) -> received.add(notification), null, null);
    long id = loseBlock();
    await()
        .until(
            () -> {
              System.gc();
              return !received.isEmpty();
            });

    Notification notification = received.take();
    assertThat(notification.getType()).isEqualTo(ManagedBean.LEAK_NOTIFICATION);
    CompositeData suspect = (CompositeData) notification.getUserData();
    assertThat((CompositeData[]) get(bean, "Suspects")).containsExactly(suspect);
    assertThat(suspect.get("allocationId")).isEqualTo(id);
    assertThat(suspect.get("budget")).isEqualTo("root");
    assertThat(suspect.get("evidence")).isEqualTo("unreachable");
    assertThat((Long) suspect.get("age")).isPositive();
    assertThat((String) suspect.get("allocationSite")).contains("LeaksBeanTest.loseBlock");
    await()
        .untilAsserted(
            () -> {
              assertThat(get(bean, "SuspectCount")).isEqualTo(1L);
              assertThat(get(bean, "SuspectBytes")).isEqualTo(suspect.get("weight"));
            });
  }

  private long loseBlock() {
    return manager.allocate(4096).id();
  }

  @Test
  void theSitesThatHoldMostAreShownAsTheProfileHasThem() throws Exception {
    try (Block small = manager.allocate(5_000);
        Block large = allocateElsewhere()) {
      manager.allocate(100_000).close();
      assertThat(small.isAlive() && large.isAlive()).isTrue();

      CompositeData[] rows = (CompositeData[]) get(bean, "TopSites");
      SiteProfile profile = manager.profile();
      assertThat(rows).hasSize(3);
      assertThat(profile.sites()).hasSize(3);
      for (int i = 0; i < rows.length; i++) {
        SiteProfile.Entry entry = profile.sites().get(i);
        assertThat(rows[i].get("site")).isEqualTo(entry.site().toString());
        assertThat(rows[i].get("liveBytes")).isEqualTo(entry.liveBytes());
        assertThat(rows[i].get("liveBytesError")).isEqualTo(entry.liveBytesError());
        assertThat(rows[i].get("allocatedBytes")).isEqualTo(entry.allocatedBytes());
        assertThat(rows[i].get("allocatedBytesError")).isEqualTo(entry.allocatedBytesError());
        assertThat(rows[i].get("liveSamples")).isEqualTo(entry.liveSamples());
        assertThat(rows[i].get("allocatedSamples")).isEqualTo(entry.allocatedSamples());
      }
      assertThat((String) rows[0].get("site")).contains("allocateElsewhere");
      await().untilAsserted(() -> assertThat(get(bean, "Observed")).isEqualTo(2L));
    }
  }

  @Test
  void theProfileIsShownWholeAndToldApart() throws Exception {
    try (Block small = manager.allocate(5_000);
        Block large = allocateElsewhere()) {
      assertThat(small.isAlive() && large.isAlive()).isTrue();

      CompositeData shown =
          (CompositeData) SERVER.invoke(bean, "profile", new Object[0], new String[0]);
      SiteProfile profile = manager.profile();
      assertThat(shown.get("truncated")).isEqualTo(false);
      assertThat(shown.get("meanBytes")).isEqualTo(profile.meanBytes());
      CompositeData[] sites = (CompositeData[]) shown.get("sites");
      assertThat(sites).hasSize(2);
      assertThat(((String[]) sites[0].get("frames"))[0])
          .startsWith("io.rmm.jmx.LeaksBeanTest.allocateElsewhere(LeaksBeanTest.java:");
      CompositeData sample = ((CompositeData[]) sites[0].get("samples"))[0];
      SiteProfile.Sample first = profile.samples().getFirst();
      assertThat(sample.get("budget")).isEqualTo("root").isEqualTo(first.budget());
      assertThat(sample.get("blockBytes")).isEqualTo(first.blockBytes());
      assertThat(sample.get("liveBytes")).isEqualTo(first.liveBytes().value());
      assertThat(sample.get("liveObjects")).isEqualTo(1L);
      assertThat(sample.get("allocatedObjects")).isEqualTo(1L);
      assertThat(sample.get("liveSamples")).isEqualTo(1L);
    }
  }

  private Block allocateElsewhere() {
    return manager.allocate(50_000);
  }
}
