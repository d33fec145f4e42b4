package io.rmm.agent.programs;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Arrays;
import java.util.List;

/** The programs that the agent is tried with. */
final class Programs {

  private Programs() {}

  /** Each has a port of its own. */
  private static List<Workload> all() {
    return List.of(
        new NettyServer("unpooled", port()),
        new NettyServer("pooled", port()),
        new NettyServer("adaptive", port()),
        new LuceneRounds(),
        new ArrowPipeline("Netty", port()),
        new ArrowPipeline("Unsafe", port()),
        new H2Server(port()),
        new KafkaBroker(port()),
        new KafkaProducer(port()),
        new ZipkinServer(port()));
  }

  /**
   * Returns those that the setting {@code rmm.programs} names, joined by commas; all without it.
   */
  static List<Workload> chosen() {
    String names = System.getProperty("rmm.programs");
    return names == null ? all() : Arrays.stream(names.split(",")).map(Programs::named).toList();
  }

  /** Returns one of them. */
  static Workload named(String name) {
    return all().stream()
        .filter(workload -> workload.name().equals(name))
        .findFirst()
        .orElseThrow(() -> new IllegalArgumentException("there is no program " + name));
  }

  private static int port() {
    try {
      return Ports.free();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
