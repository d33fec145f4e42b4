package io.rmm.benchmarks.jmh;

import io.rmm.benchmarks.peer.ProcessMemory;
import java.util.Collection;
import java.util.List;
import org.openjdk.jmh.infra.BenchmarkParams;
import org.openjdk.jmh.infra.IterationParams;
import org.openjdk.jmh.profile.InternalProfiler;
import org.openjdk.jmh.results.AggregationPolicy;
import org.openjdk.jmh.results.IterationResult;
import org.openjdk.jmh.results.Result;
import org.openjdk.jmh.results.ScalarResult;

/** Adds the resident memory of the fork, since speed bought by memory is no speed. */
public final class ResidentMemoryProfiler implements InternalProfiler {

  /** The name of the result: resident bytes at the end of an iteration. */
  public static final String RESULT = "resident";

  /** Called by JMH. */
  public ResidentMemoryProfiler() {}

  @Override
  public String getDescription() {
    return "Resident memory of the fork";
  }

  @Override
  public void beforeIteration(BenchmarkParams benchmark, IterationParams iteration) {}

  @Override
  public Collection<? extends Result<?>> afterIteration(
      BenchmarkParams benchmark, IterationParams iteration, IterationResult result) {
    double resident = ProcessMemory.now().residentBytes();
    return List.of(new ScalarResult(RESULT, resident, "bytes", AggregationPolicy.MAX));
  }
}
