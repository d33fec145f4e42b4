package io.rmm.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.rmm.cli.attach.AttachException;
import io.rmm.cli.attach.JvmConnection;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.ObjectOutputStream;
import java.lang.management.ManagementFactory;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.util.Base64;
import java.util.Map;
import javax.management.remote.JMXConnectorServer;
import javax.management.remote.JMXConnectorServerFactory;
import javax.management.remote.JMXServiceURL;
import javax.management.remote.rmi.RMIConnectorServer;
import javax.rmi.ssl.SslRMIClientSocketFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;

/** A JVM says where its management agent is, and need not tell the truth. */
@EnabledOnOs(OS.LINUX) // as TargetJvm
class LocalAgentTest {

  @Test
  void anAddressThatNamesADirectoryIsNotAsked() throws Exception {
    try (ServerSocketChannel directory = ServerSocketChannel.open()) {
      directory.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
      directory.configureBlocking(false);
      int port = ((InetSocketAddress) directory.getLocalAddress()).getPort();
      assertRefused(
          "service:jmx:rmi:///jndi/rmi://127.0.0.1:" + port + "/jmxrmi", "is not one of this");
      assertThat(directory.accept()).as("a connection").isNull();
    }
  }

  @Test
  void anAgentThatChoosesHowItIsConnectedToIsRefused() throws Exception {
    JMXConnectorServer server =
        JMXConnectorServerFactory.newJMXConnectorServer(
            new JMXServiceURL("service:jmx:rmi://"),
            Map.of(
                RMIConnectorServer.RMI_CLIENT_SOCKET_FACTORY_ATTRIBUTE,
                new SslRMIClientSocketFactory()),
            ManagementFactory.getPlatformMBeanServer());
    server.start();
    try {
      assertRefused(server.getAddress().toString(), "is none");
    } finally {
      server.stop();
    }
  }

  @Test
  void anAddressThatHoldsAnotherObjectIsRefused() throws Exception {
    assertRefused("service:jmx:rmi://127.0.0.1/stub/" + serialized(new int[0]), "is none");
    assertRefused("service:jmx:rmi://127.0.0.1/stub/AAAA", "is none");
  }

  /** So a program is told that is to be reached from outside its container. */
  @Test
  void anAgentUnderAnotherNameIsReachedOnThisMachine() throws Exception {
    try (TargetJvm jvm = TargetJvm.start(0, "-Djava.rmi.server.hostname=host.invalid");
        JvmConnection connection = JvmConnection.open(Long.parseLong(jvm.pid()))) {
      String domain = connection.call(beans -> beans.getDefaultDomain());
      assertThat(domain).isNotEmpty();
    }
  }

  private static void assertRefused(String address, String message) throws Exception {
    try (TargetJvm jvm = TargetJvm.startWithForgedAddress(address)) {
      assertThatExceptionOfType(AttachException.class)
          .isThrownBy(() -> JvmConnection.open(Long.parseLong(jvm.pid())).close())
          .withMessageContaining("cannot attach to process " + jvm.pid())
          .withMessageContaining(message);
    }
  }

  private static String serialized(Object object) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (ObjectOutputStream out = new ObjectOutputStream(bytes)) {
      out.writeObject(object);
    }
    return Base64.getEncoder().encodeToString(bytes.toByteArray());
  }
}
