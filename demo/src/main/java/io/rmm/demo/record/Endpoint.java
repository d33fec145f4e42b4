package io.rmm.demo.record;

import io.rmm.demo.DemoException;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.URI;
import java.net.UnknownHostException;

/** The check, before the run begins, that somebody listens where telemetry is to go. */
public final class Endpoint {

  private static final int PATIENCE_MILLIS = 3_000;

  private Endpoint() {}

  /**
   * Connects to {@code endpoint} and hangs up.
   *
   * @throws DemoException if it is no address, or nobody answers
   */
  public static void check(String endpoint) throws DemoException {
    URI uri = parse(endpoint);
    int port = uri.getPort() >= 0 ? uri.getPort() : uri.getScheme().equals("https") ? 443 : 80;
    try {
      connect(InetAddress.getAllByName(uri.getHost()), port);
    } catch (UnknownHostException e) {
      throw unreachable(endpoint, "its host is not known", e);
    } catch (IOException e) {
      throw unreachable(endpoint, String.valueOf(e.getMessage()), e);
    }
  }

  /** Succeeds if one of {@code addresses} answers: localhost may have one that does not. */
  private static void connect(InetAddress[] addresses, int port) throws IOException {
    IOException failure = new IOException("it has no address");
    for (InetAddress address : addresses) {
      try (Socket socket = new Socket()) {
        socket.connect(new InetSocketAddress(address, port), PATIENCE_MILLIS);
        return;
      } catch (IOException e) {
        failure = e;
      }
    }
    throw failure;
  }

  private static DemoException unreachable(String endpoint, String reason, IOException cause) {
    return new DemoException(
        "the OTLP endpoint %s cannot be reached: %s; start the receiver, or unset %s"
            .formatted(endpoint, reason, "OTEL_EXPORTER_OTLP_ENDPOINT"),
        cause);
  }

  private static URI parse(String endpoint) throws DemoException {
    URI uri;
    try {
      uri = URI.create(endpoint);
    } catch (IllegalArgumentException e) {
      throw notAnAddress(endpoint);
    }
    if (uri.getScheme() == null || uri.getHost() == null) {
      throw notAnAddress(endpoint);
    }
    return uri;
  }

  private static DemoException notAnAddress(String endpoint) {
    return new DemoException(
        "OTEL_EXPORTER_OTLP_ENDPOINT must be an address like http://127.0.0.1:4318, not "
            + endpoint);
  }
}
