package io.rmm.benchmarks.run;

import java.io.PrintWriter;
import java.util.Map;

/** Says on the error stream which run is under way, since a full run takes most of an hour. */
final class Progress {

  private final PrintWriter out;
  private final int total;
  private int begun;

  Progress(PrintWriter out, int total) {
    this.out = out;
    this.total = total;
  }

  void begin(Row row, Work work) {
    begun++;
    out.printf("[%d/%d] %s, %s, %s: ", begun, total, row.id(), work.point(), work.peer().label());
    out.flush();
  }

  void end(Row row, Map<String, Double> metrics) {
    Row.Column first = row.columns().getFirst();
    Double value = metrics.get(first.metric());
    out.println(
        value == null
            ? "done"
            : Verdict.number(value / first.scale()) + " " + first.metric() + " " + first.unit());
    out.flush();
  }

  void failed(WorkFailedException failure) {
    out.println("FAILED: " + failure.getMessage());
    out.flush();
  }
}
