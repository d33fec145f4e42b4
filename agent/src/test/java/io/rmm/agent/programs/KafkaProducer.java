package io.rmm.agent.programs;

import java.time.Duration;
import java.util.Set;

/** Kafka's client that sends, to a broker without the agent. */
record KafkaProducer(int port) implements Workload {

  @Override
  public String name() {
    return "kafka-producer";
  }

  @Override
  public String owner() {
    return "org.apache.kafka";
  }

  /** None that the agent sees: its buffers are on the Java heap. */
  @Override
  public Set<String> kinds() {
    return Set.of();
  }

  @Override
  public ProgramJvm start(Launch launch) throws Exception {
    ProgramJvm broker = Kafka.broker(port, Launch.plain());
    return Kafka.producer(port, launch).closing(broker);
  }

  @Override
  public Work load(ProgramJvm program, Duration time) throws Exception {
    return Work.told(program, program, Kafka::sent, time);
  }
}
