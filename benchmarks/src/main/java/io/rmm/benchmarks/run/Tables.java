package io.rmm.benchmarks.run;

import io.rmm.benchmarks.peer.PeerKind;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.OptionalDouble;
import java.util.Set;

/**
 * Prints what was measured: a table for each metric of a row, and what has become of the targets.
 */
final class Tables {

  private Tables() {}

  /** Returns the whole report on a row. */
  static String of(Row row, Outcomes outcomes) {
    StringBuilder text = new StringBuilder("## " + row.title() + " [" + row.id() + "]\n");
    for (Row.Column column : row.columns()) {
      text.append('\n').append(table(column, outcomes));
    }
    text.append('\n');
    for (Target target : row.targets()) {
      target.judge(outcomes).forEach(verdict -> text.append(verdict.text()).append('\n'));
    }
    for (Outcomes.Outcome failure : outcomes.failures()) {
      text.append(
          String.format(
              Locale.ROOT,
              "FAILED        %s: %s: %s%n",
              failure.point(),
              failure.peer().label(),
              failure.failure()));
    }
    return text.toString();
  }

  /** One table in Markdown; in brackets how many times RMM's value is the peer's. */
  static String table(Row.Column column, Outcomes outcomes) {
    Set<String> points = outcomes.points();
    List<List<String>> lines = new ArrayList<>();
    List<String> heading = new ArrayList<>();
    heading.add(
        column.metric() + ", " + column.unit() + (column.compared() ? " (rmm / peer)" : ""));
    heading.addAll(points);
    lines.add(heading);
    for (PeerKind peer : outcomes.peers()) {
      List<String> line = new ArrayList<>();
      line.add(peer.label());
      points.forEach(point -> line.add(cell(column, outcomes, point, peer)));
      if (line.stream().skip(1).anyMatch(cell -> !cell.isEmpty())) {
        lines.add(line);
      }
    }
    return lines.size() == 1 ? "" : aligned(lines);
  }

  private static String cell(Row.Column column, Outcomes outcomes, String point, PeerKind peer) {
    if (outcomes.hasFailed(point, peer)) {
      return "FAILED";
    }
    OptionalDouble value = outcomes.median(point, peer, column.metric());
    if (value.isEmpty()) {
      return "";
    }
    String text = Verdict.number(value.getAsDouble() / column.scale());
    OptionalDouble ratio = outcomes.ratio(point, peer, column.metric());
    return peer == PeerKind.RMM || !column.compared() || ratio.isEmpty()
        ? text
        : text + String.format(Locale.ROOT, " (%.2f)", ratio.getAsDouble());
  }

  private static String aligned(List<List<String>> lines) {
    int columns = lines.getFirst().size();
    int[] widths = new int[columns];
    for (List<String> line : lines) {
      for (int i = 0; i < columns; i++) {
        widths[i] = Math.max(widths[i], line.get(i).length());
      }
    }
    StringBuilder text = new StringBuilder();
    for (int row = 0; row < lines.size(); row++) {
      for (int i = 0; i < columns; i++) {
        // The first column holds names, all others numbers.
        String format = (i == 0 ? "| %-" : " | %") + Math.max(widths[i], 1) + "s";
        text.append(String.format(Locale.ROOT, format, lines.get(row).get(i)));
      }
      text.append(" |\n");
      if (row == 0) {
        text.append("|").append("-".repeat(widths[0] + 2));
        for (int i = 1; i < columns; i++) {
          text.append("|").append("-".repeat(widths[i] + 1)).append(":");
        }
        text.append("|\n");
      }
    }
    return text.toString();
  }
}
