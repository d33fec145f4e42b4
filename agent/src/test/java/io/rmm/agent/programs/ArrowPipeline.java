package io.rmm.agent.programs;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Arrow batches that go from a Flight server to a client in the same process.
 *
 * @param allocator Arrow's name for where its memory comes from
 */
record ArrowPipeline(String allocator, int port) implements Workload {

  private static final Pattern RECEIVED = Pattern.compile("batches (\\d+)\n");

  @Override
  public String name() {
    return "arrow-" + allocator.toLowerCase(Locale.ROOT);
  }

  @Override
  public String owner() {
    return allocator.equals("Netty") ? "io.netty" : "org.apache.arrow";
  }

  @Override
  public Set<String> kinds() {
    return Set.of(allocator.equals("Netty") ? "direct" : "unsafe");
  }

  @Override
  public ProgramJvm start(Launch launch) throws Exception {
    compile();
    ProgramJvm pipeline =
        launch.start(
            "arrow",
            Map.of(),
            List.of(
                // Arrow asks for both; without the second its Netty has not what it needs.
                "--add-opens=java.base/java.nio=ALL-UNNAMED",
                "--sun-misc-unsafe-memory-access=allow",
                "-Darrow.allocation.manager.type=" + allocator),
            "FlightPipeline",
            Integer.toString(port));
    String _ = pipeline.awaitOutput(text -> text.contains("batches "));
    return pipeline;
  }

  private static void compile() throws IOException, InterruptedException {
    Process javac =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "javac").toString(),
                "-d",
                Launch.classes("arrow").toString(),
                "-cp",
                Fetched.jars("arrow") + "/*",
                Fetched.SOURCES.resolve("arrow/FlightPipeline.java").toString())
            .redirectErrorStream(true)
            .start();
    String output = javac.inputReader().readAllAsString();
    if (javac.waitFor() != 0) {
      throw new IllegalStateException(output);
    }
  }

  @Override
  public Work load(ProgramJvm program, Duration time) throws Exception {
    return Work.told(program, program, ArrowPipeline::received, time);
  }

  private static double received(String output) {
    double last = 0;
    Matcher lines = RECEIVED.matcher(output);
    while (lines.find()) {
      last = Double.parseDouble(lines.group(1));
    }
    return last;
  }
}
