package io.rmm.benchmarks.run;

import java.util.List;

/**
 * A row of the table: a kind of work, how it is measured, and what is to be reached.
 *
 * @param id a short name, for {@code --only}
 * @param title what it is, in a line
 * @param columns the metrics that get a table, the first being the one that counts
 */
record Row(String id, String title, List<Column> columns, List<Work> work, List<Target> targets) {

  /**
   * @param metric the name of the measured value
   * @param unit for the heading
   * @param scale what a value is divided by to be in that unit
   * @param compared whether a ratio says something: not where values are next to nothing
   */
  record Column(String metric, String unit, double scale, boolean compared) {}
}
