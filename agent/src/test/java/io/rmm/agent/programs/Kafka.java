package io.rmm.agent.programs;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** A Kafka broker on this machine, and the tools that load it. */
final class Kafka {

  private static final String TOPIC = "orders";
  private static final Pattern RATE = Pattern.compile("\\d+ records sent, ([\\d.]+) records/sec.*");
  private static final Duration PATIENCE = Duration.ofMinutes(2);

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
      if (format.awaitEnd(PATIENCE) != 0) {
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
    producer.awaitOutput("records sent");
    return producer;
  }

  /** Returns what a producer says that it sends in a second, from now on. */
  static double sent(ProgramJvm producer, Duration time) throws InterruptedException {
    long before = rates(producer).count();
    long begin = System.nanoTime();
    while (System.nanoTime() - begin < time.toNanos() || rates(producer).count() == before) {
      if (!producer.isAlive()) {
        throw new IllegalStateException("the producer has ended:\n" + producer.output());
      }
      Thread.sleep(100);
    }
    return rates(producer).skip(before).mapToDouble(rate -> rate).average().orElseThrow();
  }

  private static Stream<Double> rates(ProgramJvm producer) {
    return producer
        .output()
        .lines()
        .map(RATE::matcher)
        .filter(line -> line.matches())
        .map(line -> Double.parseDouble(line.group(1)));
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
