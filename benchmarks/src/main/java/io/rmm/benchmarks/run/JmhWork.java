package io.rmm.benchmarks.run;

import io.rmm.benchmarks.Metrics;
import io.rmm.benchmarks.jmh.ResidentMemoryProfiler;
import io.rmm.benchmarks.peer.NativeLibrary;
import io.rmm.benchmarks.peer.PeerKind;
import java.nio.file.Path;
import java.util.Collection;
import java.util.HashMap;
import java.util.Map;
import org.openjdk.jmh.profile.GCProfiler;
import org.openjdk.jmh.results.Result;
import org.openjdk.jmh.results.RunResult;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.RunnerException;
import org.openjdk.jmh.runner.options.ChainedOptionsBuilder;
import org.openjdk.jmh.runner.options.OptionsBuilder;
import org.openjdk.jmh.runner.options.TimeValue;

/**
 * One fork of a JMH benchmark.
 *
 * @param benchmark the class and method
 * @param parameters JMH's parameters other than {@code peer}
 * @param pace how long
 */
record JmhWork(
    String point, PeerKind peer, String benchmark, Map<String, String> parameters, Pace pace)
    implements Work {

  /** A fork that has not ended one iteration by then hangs. */
  private static final TimeValue PATIENCE = TimeValue.seconds(60);

  /**
   * @param warmups iterations that do not count
   * @param iterations iterations that count
   * @param millis how long each takes
   */
  record Pace(int warmups, int iterations, int millis) {}

  @Override
  public Map<String, Double> run(Workplace workplace) throws WorkFailedException {
    Path log = workplace.log(benchmark + "-" + point + "-" + peer.label());
    ChainedOptionsBuilder options =
        new OptionsBuilder()
            .include("\\." + benchmark.replace(".", "\\.") + "$")
            .param("peer", peer.label())
            .forks(1)
            .warmupIterations(pace.warmups)
            .warmupTime(TimeValue.milliseconds(pace.millis))
            .measurementIterations(pace.iterations)
            .measurementTime(TimeValue.milliseconds(pace.millis))
            .timeout(PATIENCE)
            .shouldFailOnError(true)
            .jvm(Workplace.java())
            .jvmArgsPrepend("-D" + NativeLibrary.FOLDER_PROPERTY + "=" + workplace.libraries())
            .addProfiler(GCProfiler.class)
            .addProfiler(ResidentMemoryProfiler.class)
            .output(log.toString());
    parameters.forEach(options::param);
    try {
      return metrics(new Runner(options.build()).run(), log);
    } catch (RunnerException e) {
      throw new WorkFailedException(e.getMessage() + ", see " + log, e);
    }
  }

  private Map<String, Double> metrics(Collection<RunResult> results, Path log)
      throws WorkFailedException {
    if (results.size() != 1) {
      throw new WorkFailedException("JMH gave " + results.size() + " results, see " + log, null);
    }
    RunResult result = results.iterator().next();
    Map<String, Double> metrics = new HashMap<>();
    // The median of the iterations, since one may have fallen to other work of the machine.
    metrics.put(Metrics.NANOS, result.getPrimaryResult().getStatistics().getPercentile(50));
    put(metrics, Metrics.HEAP_BYTES, result, "gc.alloc.rate.norm");
    put(metrics, Metrics.RESIDENT, result, ResidentMemoryProfiler.RESULT);
    return metrics;
  }

  private static void put(Map<String, Double> metrics, String name, RunResult from, String key) {
    Result<?> result = from.getSecondaryResults().get(key);
    if (result != null) {
      metrics.put(name, result.getScore());
    }
  }
}
