package io.rmm.jmx;

import static io.rmm.jmx.TestBeans.SERVER;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.rmm.allocator.Block;
import io.rmm.allocator.BudgetLimits;
import io.rmm.allocator.MemoryManager;
import io.rmm.allocator.MemoryMisuseException;
import io.rmm.allocator.PressureLevel;
import io.rmm.allocator.SafetyMode;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.rmi.server.RMIServerSocketFactory;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import javax.management.JMX;
import javax.management.MBeanServerConnection;
import javax.management.Notification;
import javax.management.openmbean.CompositeData;
import javax.management.remote.JMXConnector;
import javax.management.remote.JMXConnectorServer;
import javax.management.remote.JMXConnectorServerFactory;
import javax.management.remote.JMXServiceURL;
import javax.management.remote.rmi.RMIConnectorServer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A client at the other end of a connection sees what one in the process sees. */
@Timeout(60)
class RemoteTest {

  private static final String LOOPBACK = InetAddress.getLoopbackAddress().getHostAddress();

  private JMXConnectorServer server;
  private JMXConnector connector;
  private MBeanServerConnection remote;
  private MemoryManager manager;

  /** RMI writes this host into the addresses that it hands out, and reads the property once. */
  @BeforeAll
  static void stayOnThisMachine() {
    System.setProperty("java.rmi.server.hostname", LOOPBACK);
  }

  @BeforeEach
  void connect() throws Exception {
    manager = MemoryManager.builder().name("far").safetyMode(SafetyMode.PARANOID).build();
    manager.awaitViews();
    RMIServerSocketFactory onLoopback = RemoteTest::listenOnLoopback;
    server =
        JMXConnectorServerFactory.newJMXConnectorServer(
            new JMXServiceURL("rmi", LOOPBACK, 0),
            Map.of(RMIConnectorServer.RMI_SERVER_SOCKET_FACTORY_ATTRIBUTE, onLoopback),
            SERVER);
    server.start();
    connector = server.toJMXConnector(null);
    connector.connect();
    remote = connector.getMBeanServerConnection();
  }

  private static ServerSocket listenOnLoopback(int port) throws IOException {
    return new ServerSocket(port, 0, InetAddress.getLoopbackAddress());
  }

  @AfterEach
  void disconnect() throws Exception {
    connector.close();
    server.stop();
    manager.close();
  }

  @Test
  void proxiesReadTheBeans() throws Exception {
    try (Block block = manager.allocate(5000)) {
      MemoryManagerMXBean bean =
          JMX.newMXBeanProxy(remote, TestBeans.manager("far"), MemoryManagerMXBean.class);
      await().untilAsserted(() -> assertThat(bean.getLiveBlocks()).isEqualTo(1));
      assertThat(block.isAlive()).isTrue();
      assertThat(bean.getUsed()).isEqualTo(manager.snapshot().usedBytes());
      assertThat(bean.getPressureLevel()).isEqualTo(PressureLevel.NONE);
      assertThat(bean.getSizeClasses()).isEqualTo(manager.snapshot().sizeClasses());

      BudgetMXBean root =
          JMX.newMXBeanProxy(remote, TestBeans.budget("far", "root"), BudgetMXBean.class);
      assertThat(root.getLimits()).isEqualTo(BudgetLimits.unlimited());
      assertThat(root.getUsed()).isEqualTo(manager.rootBudget().usedBytes());
    }
  }

  @Test
  void incidentsAndNotificationsTravel() throws Exception {
    BlockingQueue<Notification> received = new LinkedBlockingQueue<>();
    remote.addNotificationListener(
        TestBeans.misuse("far"),
        (notification, handback) -> received.add(notification),
        null,
        null);
    assertThatThrownBy(() -> manager.free(1)).isInstanceOf(MemoryMisuseException.class);

    CompositeData data = (CompositeData) received.take().getUserData();
    MisuseMXBean bean = JMX.newMXBeanProxy(remote, TestBeans.misuse("far"), MisuseMXBean.class);
    List<MisuseIncident> recent = bean.getRecent();
    assertThat(recent).hasSize(1);
    assertThat(recent.getFirst().kind()).isEqualTo("INVALID_FREE").isEqualTo(data.get("kind"));
    assertThat(recent.getFirst().detail()).isEqualTo(data.get("detail"));
    await()
        .untilAsserted(() -> assertThat(bean.getCountByKind()).containsEntry("INVALID_FREE", 1L));
  }
}
