package io.rmm.jmx;

import static io.rmm.jmx.TestBeans.SERVER;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.rmm.allocator.BudgetLimits;
import io.rmm.allocator.ControlAction;
import io.rmm.allocator.MemoryListener;
import io.rmm.allocator.MemoryManager;
import io.rmm.allocator.TuningMode;
import io.rmm.allocator.signal.ManagedBean;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.rmi.server.RMIServerSocketFactory;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import javax.management.Attribute;
import javax.management.JMX;
import javax.management.MBeanAttributeInfo;
import javax.management.MBeanInfo;
import javax.management.MBeanOperationInfo;
import javax.management.MBeanParameterInfo;
import javax.management.MBeanServerConnection;
import javax.management.ObjectName;
import javax.management.RuntimeMBeanException;
import javax.management.remote.JMXConnector;
import javax.management.remote.JMXConnectorServer;
import javax.management.remote.JMXConnectorServerFactory;
import javax.management.remote.JMXServiceURL;
import javax.management.remote.rmi.RMIConnectorServer;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * Clients with a role, at the other end of a real connection. The files are those that {@code
 * com.sun.management.jmxremote.access.file} and {@code .password.file} name.
 */
@Timeout(60)
class RemoteRolesTest {

  private static final String LOOPBACK = InetAddress.getLoopbackAddress().getHostAddress();
  private static final long MIB = 1L << 20;

  /** Within the bounds of everything that takes a number of bytes. */
  private static final Long ARGUMENT = MIB;

  @TempDir private Path directory;
  private final List<ControlAction> actions = new CopyOnWriteArrayList<>();
  private final ObjectName control = TestBeans.bean("guarded", ManagedBean.CONTROL);
  private final ObjectName root = TestBeans.budget("guarded", "root");
  private JMXConnectorServer server;
  private MemoryManager manager;

  /** RMI writes this host into the addresses that it hands out, and reads the property once. */
  @BeforeAll
  static void stayOnThisMachine() {
    System.setProperty("java.rmi.server.hostname", LOOPBACK);
  }

  @BeforeEach
  void start() throws Exception {
    System.setProperty(SourceBeans.CONTROL_ENABLED, "true");
    manager =
        MemoryManager.builder()
            .name("guarded")
            .listener(
                new MemoryListener() {
                  @Override
                  public void onControl(ControlAction action) {
                    actions.add(action);
                  }
                })
            .build();
    manager.awaitViews();
    manager.beginTuning(TuningMode.APPLY);

    Map<String, Object> environment = new HashMap<>();
    environment.put(
        "jmx.remote.x.access.file", file("access", "watcher readonly\noperator readwrite\n"));
    environment.put(
        "jmx.remote.x.password.file", file("password", "watcher w-secret\noperator o-secret\n"));
    RMIServerSocketFactory onLoopback =
        port -> new ServerSocket(port, 0, InetAddress.getLoopbackAddress());
    environment.put(RMIConnectorServer.RMI_SERVER_SOCKET_FACTORY_ATTRIBUTE, onLoopback);
    server =
        JMXConnectorServerFactory.newJMXConnectorServer(
            new JMXServiceURL("rmi", LOOPBACK, 0), environment, SERVER);
    server.start();
  }

  private String file(String name, String content) throws Exception {
    Path file =
        Files.createFile(
            directory.resolve(name),
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
    return Files.writeString(file, content).toString();
  }

  @AfterEach
  void stop() throws Exception {
    System.clearProperty(SourceBeans.CONTROL_ENABLED);
    server.stop();
    manager.close();
  }

  private JMXConnector connect(String role, String password) throws Exception {
    JMXConnector connector = server.toJMXConnector(null);
    connector.connect(Map.of(JMXConnector.CREDENTIALS, new String[] {role, password}));
    return connector;
  }

  @Test
  void aReadOnlyRoleReadsEverythingAndChangesNothing() throws Exception {
    BudgetLimits limits = manager.rootBudget().limits();
    Map<String, String> configuration = manager.configuration();
    try (JMXConnector connector = connect("watcher", "w-secret")) {
      MBeanServerConnection remote = connector.getMBeanServerConnection();
      for (ManagedBean bean : ManagedBean.values()) {
        ObjectName name = bean == ManagedBean.BUDGET ? root : TestBeans.bean("guarded", bean);
        String[] attributes = bean.attributes().toArray(String[]::new);
        assertThat(remote.getAttributes(name, attributes)).hasSize(attributes.length);
      }

      for (ObjectName name : remote.queryNames(new ObjectName("io.rmm:*"), null)) {
        MBeanInfo info = remote.getMBeanInfo(name);
        for (MBeanOperationInfo operation : info.getOperations()) {
          assertDenied(() -> invoke(remote, name, operation));
        }
        for (MBeanAttributeInfo attribute : info.getAttributes()) {
          if (attribute.isWritable()) {
            assertDenied(
                () -> remote.setAttribute(name, new Attribute(attribute.getName(), ARGUMENT)));
          }
        }
        assertDenied(() -> remote.unregisterMBean(name));
      }
    }
    assertThat(manager.rootBudget().limits()).isEqualTo(limits);
    assertThat(manager.configuration()).isEqualTo(configuration);
    assertThat(manager.tuningMode()).contains(TuningMode.APPLY);
    assertThat(SERVER.getAttribute(root, "UsageThreshold")).isEqualTo(0L);
    assertThat(actions).isEmpty();
  }

  /**
   * What is denied is what the operator may do, and every one of the operations that there are:
   * whatever comes to be one is tried as well.
   */
  @Test
  void theOperatorMayDoWhatIsDeniedToOthers() throws Exception {
    try (JMXConnector connector = connect("operator", "o-secret")) {
      MBeanServerConnection remote = connector.getMBeanServerConnection();
      List<String> tried = new ArrayList<>();
      for (MBeanOperationInfo operation : remote.getMBeanInfo(control).getOperations()) {
        try {
          invoke(remote, control, operation);
        } catch (RuntimeMBeanException e) {
          // "root" is no tuning mode and no kind of profile: so says RMM, which was reached
          assertThat(e.getTargetException()).isInstanceOf(IllegalArgumentException.class);
        }
        tried.add(operation.getName());
      }
      assertThat(tried).containsExactlyInAnyOrderElementsOf(ManagedBean.CONTROL.operations());
      assertThat(actions)
          .extracting(ControlAction::operation)
          .containsExactlyInAnyOrderElementsOf(tried);
    }
  }

  /** With arguments that are right for a budget and for a number of bytes. */
  private static Object invoke(
      MBeanServerConnection remote, ObjectName bean, MBeanOperationInfo operation)
      throws Exception {
    MBeanParameterInfo[] signature = operation.getSignature();
    Object[] arguments = new Object[signature.length];
    String[] types = new String[signature.length];
    for (int i = 0; i < signature.length; i++) {
      types[i] = signature[i].getType();
      arguments[i] = types[i].equals("long") ? ARGUMENT : "root";
    }
    return remote.invoke(bean, operation.getName(), arguments, types);
  }

  private static void assertDenied(ThrowingCallable call) {
    assertThatThrownBy(call).isInstanceOf(SecurityException.class).hasMessageContaining("denied");
  }

  private static LeaksMXBean leaks(MBeanServerConnection remote) {
    return JMX.newMXBeanProxy(
        remote, TestBeans.bean("guarded", ManagedBean.LEAKS), LeaksMXBean.class);
  }

  @Test
  void aReadWriteRoleChangesAndIsTold() throws Exception {
    try (JMXConnector connector = connect("operator", "o-secret")) {
      MBeanServerConnection remote = connector.getMBeanServerConnection();
      ControlMXBean bean = JMX.newMXBeanProxy(remote, control, ControlMXBean.class);
      bean.purge();
      bean.setBudgetLimits("root", 0, 8 * MIB, 16 * MIB);
      bean.setUsageThreshold("root", MIB);
      remote.setAttribute(root, new Attribute("UsageThreshold", 2 * MIB));
      assertThat(bean.setSampling(8192)).isEqualTo(512 << 10);
      assertThat(bean.setTuningMode("ADVISE")).isEqualTo("APPLY");
      assertThat(bean.dumpProfile("live").rows()).isEmpty();
      assertThat(leaks(remote).profile().sites()).isEmpty();
      assertThatThrownBy(() -> bean.setTuningMode("FASTER"))
          .isExactlyInstanceOf(IllegalArgumentException.class)
          .hasMessage("a tuning mode is OFF, ADVISE or APPLY, not FASTER");
      assertThat(JMX.newMXBeanProxy(remote, root, BudgetMXBean.class).getUsageThreshold())
          .isEqualTo(2 * MIB);
    }
    assertThat(manager.rootBudget().limits()).isEqualTo(new BudgetLimits(0, 8 * MIB, 16 * MIB));
    assertThat(manager.tuningMode()).contains(TuningMode.ADVISE);
    assertThat(actions)
        .extracting(ControlAction::operation)
        .containsExactly(
            "purge",
            "setBudgetLimits",
            "setUsageThreshold",
            "setUsageThreshold",
            "setSampling",
            "setTuningMode",
            "dumpProfile",
            "setTuningMode");
    assertThat(actions).extracting(ControlAction::principal).containsOnly("operator");
    assertThat(actions.getLast().outcome()).startsWith("refused: ");
  }

  @Test
  void whoHasNoPasswordGetsNothing() {
    assertThatThrownBy(() -> connect("operator", "guess")).isInstanceOf(SecurityException.class);
  }
}
