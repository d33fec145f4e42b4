package io.rmm.agent.programs;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Netty's example of an HTTP server that answers with one sentence, under {@code wrk}.
 *
 * @param allocator Netty's name for where its buffers come from
 */
record NettyServer(String allocator, int port) implements Workload {

  @Override
  public String name() {
    return "netty-" + allocator;
  }

  @Override
  public String owner() {
    return "io.netty";
  }

  /** From Java 25 on Netty calls {@code malloc} for its buffers. */
  @Override
  public Set<String> kinds() {
    return Set.of("malloc");
  }

  /** The adaptive one takes less than 1 MB in all, of which the usual interval may see nothing. */
  @Override
  public String agentOptions() {
    return allocator.equals("adaptive") ? "sampleInterval=16k" : "";
  }

  @Override
  public ProgramJvm start(Launch launch) throws Exception {
    Wrk.fetch();
    ProgramJvm server =
        launch.start(
            "netty",
            Map.of(),
            List.of("-Dio.netty.allocator.type=" + allocator, "-Dport=" + port),
            "io.netty.example.http.helloworld.HttpHelloWorldServer");
    server.awaitPort(port);
    return server;
  }

  @Override
  public Work load(ProgramJvm program, Duration time) throws Exception {
    return Work.of(program, () -> Wrk.load("http://127.0.0.1:" + port + "/", time));
  }
}
