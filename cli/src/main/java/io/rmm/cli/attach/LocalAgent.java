package io.rmm.cli.attach;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.ObjectInputFilter;
import java.io.ObjectInputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.rmi.server.RMISocketFactory;
import java.util.Base64;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.management.remote.JMXConnector;
import javax.management.remote.rmi.RMIConnector;
import javax.management.remote.rmi.RMIServer;

/**
 * The management agent that a JVM starts for clients on its own machine, and says the address of.
 *
 * <p>What says it is the JVM that is looked into, which may be another user's where root looks, and
 * anything may run there. An address can name a directory on another machine, from which the JDK
 * would load what it finds, or hold an object of any class. So none but the form that the agent has
 * is taken, of the object in it none but the classes of the agent's own stub, and whatever host it
 * names, the connection is made to this machine's loopback address. That is also where the agent is
 * if the JVM was told another name for itself ({@code java.rmi.server.hostname}), by which others
 * may reach it and this machine may not.
 */
final class LocalAgent {

  private static final Pattern ADDRESS =
      Pattern.compile("service:jmx:rmi://[^/]*/stub/([A-Za-z0-9+/=]{1,10000})");

  private static final ObjectInputFilter STUB_ALONE =
      ObjectInputFilter.Config.createFilter(
          "javax.management.remote.rmi.RMIServerImpl_Stub;java.rmi.server.RemoteStub;"
              + "java.rmi.server.RemoteObject;!*");

  private LocalAgent() {}

  /**
   * Connects to an agent.
   *
   * @throws IOException if the address is none of a local agent, or nothing answers there
   */
  static JMXConnector connect(String address) throws IOException {
    Matcher stub = ADDRESS.matcher(address);
    if (!stub.matches()) {
      throw new IOException("the address of its management agent is not one of this machine");
    }
    OnThisMachine.install();
    JMXConnector connector = new RMIConnector(server(stub.group(1)), Map.of());
    connector.connect();
    return connector;
  }

  @SuppressWarnings("BanSerializableRead") // of three classes alone
  private static RMIServer server(String base64) throws IOException {
    try (var in =
        new ObjectInputStream(new ByteArrayInputStream(Base64.getDecoder().decode(base64)))) {
      in.setObjectInputFilter(STUB_ALONE);
      return (RMIServer) in.readObject();
    } catch (IOException
        | ClassNotFoundException
        | ClassCastException
        | IllegalArgumentException e) {
      throw new IOException("the address of its management agent is none", e);
    }
  }

  /** Makes all connections of RMI to this machine; there can be one such factory in a JVM. */
  private static final class OnThisMachine extends RMISocketFactory {

    static synchronized void install() throws IOException {
      if (RMISocketFactory.getSocketFactory() == null) {
        RMISocketFactory.setSocketFactory(new OnThisMachine());
      }
    }

    @Override
    public Socket createSocket(String host, int port) throws IOException {
      return new Socket(InetAddress.getLoopbackAddress(), port);
    }

    @Override
    public ServerSocket createServerSocket(int port) throws IOException {
      return RMISocketFactory.getDefaultSocketFactory().createServerSocket(port);
    }
  }
}
