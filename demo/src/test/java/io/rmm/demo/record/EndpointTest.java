package io.rmm.demo.record;

import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.rmm.demo.DemoException;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class EndpointTest {

  @Test
  void isReachableWhileSomebodyListens() throws IOException {
    String endpoint;
    try (ServerSocket receiver = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      endpoint = "http://127.0.0.1:" + receiver.getLocalPort();
      assertThatCode(() -> Endpoint.check(endpoint)).doesNotThrowAnyException();
    }
    assertThatThrownBy(() -> Endpoint.check(endpoint))
        .isInstanceOf(DemoException.class)
        .hasMessage(
            "the OTLP endpoint %s cannot be reached: Connection refused; start the receiver, or"
                + " unset OTEL_EXPORTER_OTLP_ENDPOINT",
            endpoint);
  }

  @ParameterizedTest
  @ValueSource(strings = {"localhost:4318", "nonsense", "http://", "http://a b"})
  void mustBeAnAddress(String endpoint) {
    assertThatThrownBy(() -> Endpoint.check(endpoint))
        .isInstanceOf(DemoException.class)
        .hasMessageStartingWith("OTEL_EXPORTER_OTLP_ENDPOINT must be an address like ");
  }
}
