package io.rmm.agent.programs;

import java.time.Duration;
import java.util.Set;

/** Kafka's broker, which a producer sends to. */
record KafkaBroker(int port) implements Workload {

  @Override
  public String name() {
    return "kafka-broker";
  }

  @Override
  public String owner() {
    return "org.apache.kafka";
  }

  @Override
  public Set<String> kinds() {
    return Set.of("mapped");
  }

  @Override
  public ProgramJvm start(Launch launch) throws Exception {
    return Kafka.broker(port, launch);
  }

  @Override
  public Work load(ProgramJvm program, Duration time) throws Exception {
    try (ProgramJvm producer = Kafka.producer(port, Launch.plain())) {
      return Work.told(program, producer, Kafka::sent, time);
    }
  }
}
