package io.rmm.agent.programs;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * Lucene's benchmark: rounds of indexing and searching in index files that are mapped, more of them
 * than there is time for.
 */
record LuceneRounds() implements Workload {

  /** A line between two rounds. */
  private static final Pattern NEXT = Pattern.compile("--> Round \\d+-->\\d+\n");

  @Override
  public String name() {
    return "lucene";
  }

  @Override
  public String owner() {
    return "org.apache.lucene";
  }

  @Override
  public Set<String> kinds() {
    return Set.of("mapped");
  }

  @Override
  public ProgramJvm start(Launch launch) throws Exception {
    Path folder = Files.createDirectories(Fetched.DIRECTORY.resolve("lucene/run"));
    return launch.start(
        "lucene",
        Map.of(),
        List.of("-Dbenchmark.work.dir=" + folder.resolve("work")),
        "org.apache.lucene.benchmark.byTask.Benchmark",
        Fetched.SOURCES.resolve("lucene/rounds.alg").toString());
  }

  @Override
  public Work load(ProgramJvm program, Duration time) throws Exception {
    return Work.told(program, program, LuceneRounds::rounds, time);
  }

  private static double rounds(String output) {
    return NEXT.matcher(output).results().count();
  }
}
