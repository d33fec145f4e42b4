package io.rmm.dashboards;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.sun.tools.jconsole.JConsoleContext;
import com.sun.tools.jconsole.JConsoleContext.ConnectionState;
import io.rmm.allocator.BudgetLimits;
import io.rmm.jmx.BudgetMXBean;
import io.rmm.jmx.MemoryManagerMXBean;
import io.rmm.jmx.MisuseMXBean;
import java.lang.reflect.Method;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import javax.management.Attribute;
import javax.management.Descriptor;
import javax.management.JMX;
import javax.management.MBeanAttributeInfo;
import javax.management.MBeanNotificationInfo;
import javax.management.MBeanServerConnection;
import javax.management.Notification;
import javax.management.ObjectName;
import javax.management.openmbean.CompositeData;
import javax.management.openmbean.OpenType;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * jconsole's own connection to a local process, the class {@code ProxyClient}, and over it what
 * jconsole does with beans: look through all of them, show their attributes and subscribe to their
 * notifications. Only its windows are left out.
 *
 * <p>Not in every build: it took 9 to 21 s on a busy machine, since before it connects jconsole
 * looks at all JVMs that run there.
 */
@Tag("backend")
class JconsoleTest {

  private static JmxTarget target;
  private static JConsoleContext console;
  private static MBeanServerConnection server;

  @BeforeAll
  static void connect() throws Exception {
    target = JmxTarget.start();
    console = connectTo(target.pid());
    server = console.getMBeanServerConnection();
  }

  /** By reflection: the classes are not exported, and the tests get them by --add-exports. */
  private static JConsoleContext connectTo(long pid) throws Exception {
    Class<?> machineType = Class.forName("sun.tools.jconsole.LocalVirtualMachine");
    Class<?> clientType = Class.forName("sun.tools.jconsole.ProxyClient");
    Object machine =
        machineType.getMethod("getLocalVirtualMachine", int.class).invoke(null, (int) pid);
    Object client = clientType.getMethod("getProxyClient", machineType).invoke(null, machine);
    Method connect = clientType.getDeclaredMethod("connect", boolean.class);
    connect.setAccessible(true);
    connect.invoke(client, false); // requires no TLS: the process is local
    JConsoleContext context = (JConsoleContext) client;
    assertThat(context.getConnectionState()).isEqualTo(ConnectionState.CONNECTED);
    return context;
  }

  @AfterAll
  static void disconnect() throws Exception {
    Method disconnect = console.getClass().getMethod("disconnect");
    disconnect.invoke(console);
    target.close();
  }

  @Test
  void everyAttributeCanBeShown() throws Exception {
    Set<ObjectName> beans = server.queryNames(new ObjectName("io.rmm:*"), null);
    assertThat(beans).isNotEmpty();
    for (ObjectName bean : beans) {
      MBeanAttributeInfo[] attributes = server.getMBeanInfo(bean).getAttributes();
      List<String> names = new ArrayList<>();
      for (MBeanAttributeInfo attribute : attributes) {
        names.add(attribute.getName());
        Descriptor descriptor = attribute.getDescriptor();
        assertThat(descriptor.getFieldValue(JMX.OPEN_TYPE_FIELD)).isInstanceOf(OpenType.class);
        assertThat(attribute.getDescription()).isNotEqualTo(attribute.getName()).contains(" ");
        if (attribute.getType().equals("long")) {
          assertThat(descriptor.getFieldValue("units")).as("%s %s", bean, attribute).isNotNull();
          assertThat(descriptor.getFieldValue("metricType")).isIn("gauge", "counter");
        }
      }
      // The list is shorter than what was asked for if one of them cannot be read.
      assertThat(server.getAttributes(bean, names.toArray(String[]::new)).asList())
          .extracting(Attribute::getName)
          .containsExactlyElementsOf(names);
    }
  }

  @Test
  void proxiesReadTheBeans() throws Exception {
    MemoryManagerMXBean manager =
        JMX.newMXBeanProxy(
            server,
            new ObjectName("io.rmm:type=MemoryManager,manager=orders"),
            MemoryManagerMXBean.class);
    assertThat(manager.getSafetyMode()).isEqualTo("STANDARD");
    assertThat(manager.getRejections()).isEqualTo(1);
    assertThat(manager.getSizeClasses()).isNotEmpty();
    assertThat(manager.getGuardedBlocks()).isPositive();
    assertThat(manager.getGuardBytes()).isPositive();

    for (String name : JmxTargetProgram.ODD_BUDGETS) {
      String path = "root/" + name;
      BudgetMXBean budget = JMX.newMXBeanProxy(server, budget(path), BudgetMXBean.class);
      assertThat(budget.getLimits()).as(path).isEqualTo(BudgetLimits.unlimited());
      assertThat(budget.getUsed()).as(path).isPositive();
    }
  }

  @Test
  void notificationsAreOfferedAndSent() throws Exception {
    ObjectName bean = new ObjectName("io.rmm:type=Misuse,manager=orders");
    MBeanNotificationInfo[] offered = server.getMBeanInfo(bean).getNotifications();
    assertThat(offered).hasSize(1);
    assertThat(offered[0].getNotifTypes()).containsExactly("rmm.misuse");
    BlockingQueue<Notification> received = new LinkedBlockingQueue<>();
    server.addNotificationListener(
        bean, (notification, _) -> received.add(notification), null, null);

    target.misuse();

    await().until(() -> !received.isEmpty());
    Notification notification = received.remove();
    assertThat(notification.getSource()).isEqualTo(bean);
    assertThat(notification.getMessage()).contains("DOUBLE_FREE");
    assertThat(((CompositeData) notification.getUserData()).get("kind")).isEqualTo("DOUBLE_FREE");
    MisuseMXBean misuse = JMX.newMXBeanProxy(server, bean, MisuseMXBean.class);
    assertThat(misuse.getRecent().getFirst().time()).isEqualTo(notification.getTimeStamp());
  }

  /** As a user of jconsole does: by the name that the tree of beans shows. */
  private static ObjectName budget(String path) throws Exception {
    for (ObjectName bean :
        server.queryNames(new ObjectName("io.rmm:type=Budget,manager=orders,name=*"), null)) {
      String name = bean.getKeyProperty("name");
      if (path.equals(name.startsWith("\"") ? ObjectName.unquote(name) : name)) {
        return bean;
      }
    }
    throw new AssertionError("no bean for the budget " + path);
  }
}
