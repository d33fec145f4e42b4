package io.rmm.agent.programs;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Zipkin's server, a Spring Boot application, which {@code wrk} sends spans to. */
record ZipkinServer(int port) implements Workload {

  @Override
  public String name() {
    return "zipkin";
  }

  @Override
  public String owner() {
    return "io.netty";
  }

  @Override
  public Set<String> kinds() {
    return Set.of("malloc");
  }

  @Override
  public ProgramJvm start(Launch launch) throws Exception {
    Wrk.fetch();
    ProgramJvm server =
        launch.start(
            "zipkin",
            // The Java heap is to hold them.
            Map.of("QUERY_PORT", Integer.toString(port), "MEM_MAX_SPANS", "20000"),
            List.of(),
            "org.springframework.boot.loader.launch.JarLauncher");
    server.awaitPort(port);
    return server;
  }

  @Override
  public Work load(ProgramJvm program, Duration time) throws Exception {
    String spans = Fetched.SOURCES.resolve("zipkin/spans.lua").toString();
    return Work.of(program, () -> Wrk.load("http://127.0.0.1:" + port, time, "-s", spans));
  }
}
