package io.rmm.agent.programs;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** A Kafka broker on this machine, and the tools that load it. */
final class Kafka {

  private static final String TOPIC = "orders";

  /** Every five seconds, of what was sent since the last such line. */
  private static final Pattern SENT = Pattern.compile("(\\d+) records sent, .*\n");

  private Kafka() {}

  /** Starts a broker without data, and waits until it takes connections. */
  static ProgramJvm broker(int port, Launch launch) throws IOException, InterruptedException {
    Path folder = Files.createDirectories(Fetched.DIRECTORY.resolve("kafka/run"));
    Path data = folder.resolve("data");
    delete(data);
    Path settings = folder.resolve("server.properties");
    int controller = Ports.free();
    Files.writeString(
        settings,
        """
        process.roles=broker,controller
        node.id=1
        controller.quorum.voters=1@127.0.0.1:%d
        listeners=PLAINTEXT://127.0.0.1:%d,CONTROLLER://127.0.0.1:%d
        controller.listener.names=CONTROLLER
        log.dirs=%s
        log.retention.bytes=100000000
        log.segment.bytes=20000000
        offsets.topic.num.partitions=1
        offsets.topic.replication.factor=1
        """
            .formatted(controller, port, controller, data));
    try (ProgramJvm format =
        Launch.plain()
            .start(
                "kafka",
                Map.of(),
                List.of(),
                "kafka.tools.StorageTool",
                "format",
                "-t",
                "AAAAAAAAAAAAAAAAAAAAAQ",
                "-c",
                settings.toString())) {
      if (format.awaitEnd() != 0) {
        throw new IllegalStateException(format.output());
      }
    }
    ProgramJvm broker =
        launch.start("kafka", Map.of(), List.of(), "kafka.Kafka", settings.toString());
    broker.awaitPort(port);
    return broker;
  }

  /** Starts to send, without end. */
  static ProgramJvm producer(int port, Launch launch) throws IOException, InterruptedException {
    ProgramJvm producer =
        launch.start(
            "kafka",
            Map.of(),
            List.of(),
            "org.apache.kafka.tools.ProducerPerformance",
            "--topic",
            TOPIC,
            "--num-records",
            "1000000000",
            "--record-size",
            "1000",
            "--throughput",
            "-1",
            "--producer-props",
            "bootstrap.servers=127.0.0.1:" + port);
    String _ = producer.awaitOutput(text -> text.contains("records sent"));
    return producer;
  }

  /** Returns how many records a producer has sent, by what it has written. */
  static double sent(String output) {
    return SENT.matcher(output)
        .results()
        .mapToDouble(line -> Double.parseDouble(line.group(1)))
        .sum();
  }

  private static void delete(Path folder) throws IOException {
    if (Files.exists(folder)) {
      try (Stream<Path> files = Files.walk(folder)) {
        for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
          Files.delete(file);
        }
      }
    }
  }
}
