package io.rmm.agent.programs;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Lucene's benchmark: rounds of indexing and searching in index files that are mapped. It runs to
 * its end, whatever time that takes.
 *
 * @param rounds how many; of the first two nothing is told, since the JVM still compiles
 */
record LuceneRounds(int rounds) implements Workload {

  private static final int WARM_UP = 2;
  private static final Duration PATIENCE = Duration.ofMinutes(5);

  /** A line of its report: task, round, runs, records, records a second, seconds, and more. */
  private static final Pattern ROUND =
      Pattern.compile("(?:Index|Search) +(\\d+) +1 +(\\d+) +[\\d,.]+ +([\\d,.]+) .*");

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
  public boolean lasts() {
    return false;
  }

  @Override
  public ProgramJvm start(Launch launch) throws Exception {
    String rules = Files.readString(Fetched.SOURCES.resolve("lucene/rounds.alg"));
    Path folder = Files.createDirectories(Fetched.DIRECTORY.resolve("lucene/run"));
    Path algorithm = folder.resolve("rounds.alg");
    Files.writeString(algorithm, rules.replace("ROUNDS", Integer.toString(rounds)));
    return launch.start(
        "lucene",
        Map.of(),
        List.of("-Dbenchmark.work.dir=" + folder.resolve("work")),
        "org.apache.lucene.benchmark.byTask.Benchmark",
        algorithm.toString());
  }

  @Override
  public double load(ProgramJvm program, Duration time) throws Exception {
    int code = program.awaitEnd(PATIENCE);
    double records = 0;
    double seconds = 0;
    for (String line : program.output().lines().toList()) {
      Matcher round = ROUND.matcher(line.replace(" -", "  "));
      if (round.matches() && Integer.parseInt(round.group(1)) >= WARM_UP) {
        records += Integer.parseInt(round.group(2));
        seconds += Double.parseDouble(round.group(3).replace(",", ""));
      }
    }
    if (code != 0 || records == 0) {
      throw new IllegalStateException("Lucene failed with " + code + ":\n" + program.output());
    }
    return records / seconds;
  }
}
