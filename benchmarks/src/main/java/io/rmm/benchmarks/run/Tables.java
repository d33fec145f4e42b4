package io.rmm.benchmarks.run;

import io.rmm.benchmarks.peer.PeerKind;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.OptionalDouble;

/**
 * Prints what was measured: a table for each metric of a row, and what has become of the targets.
 */
final class Tables {

  /** More points than these do not fit side by side. */
  private static final int MANY_POINTS = 6;

  /** More metrics than these of one point make one table rather than one each. */
  private static final int MANY_COLUMNS = 3;

  private Tables() {}

  /** Returns the whole report on a row. */
  static String of(Row row, Outcomes outcomes) {
    StringBuilder text = new StringBuilder("## " + row.title() + " [" + row.id() + "]\n");
    if (outcomes.all().isEmpty()) {
      text.append("\nNothing was run.\n");
    } else if (outcomes.points().size() == 1 && row.columns().size() > MANY_COLUMNS) {
      text.append('\n').append(tableOfMetrics(row.columns(), outcomes));
    } else {
      row.columns().forEach(column -> text.append('\n').append(table(column, outcomes)));
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

  /** One metric: a line for each peer, or for each point where these are many. */
  static String table(Row.Column column, Outcomes outcomes) {
    List<String> points = List.copyOf(outcomes.points());
    List<PeerKind> peers =
        outcomes.peers().stream()
            .filter(
                peer -> points.stream().anyMatch(p -> !cell(column, outcomes, p, peer).isEmpty()))
            .toList();
    if (peers.isEmpty()) {
      return "";
    }
    List<List<String>> lines = new ArrayList<>();
    List<String> heading = new ArrayList<>(List.of(heading(column)));
    lines.add(heading);
    if (points.size() > MANY_POINTS) {
      peers.forEach(peer -> heading.add(peer.label()));
      for (String point : points) {
        List<String> line = new ArrayList<>(List.of(point));
        peers.forEach(peer -> line.add(cell(column, outcomes, point, peer)));
        lines.add(line);
      }
    } else {
      heading.addAll(points);
      for (PeerKind peer : peers) {
        List<String> line = new ArrayList<>(List.of(peer.label()));
        points.forEach(point -> line.add(cell(column, outcomes, point, peer)));
        lines.add(line);
      }
    }
    return aligned(lines);
  }

  /** One point: a line for each peer, a column for each metric. */
  private static String tableOfMetrics(List<Row.Column> columns, Outcomes outcomes) {
    String point = outcomes.points().iterator().next();
    List<List<String>> lines = new ArrayList<>();
    List<String> heading = new ArrayList<>(List.of(point));
    columns.forEach(column -> heading.add(heading(column)));
    lines.add(heading);
    for (PeerKind peer : outcomes.peers()) {
      List<String> line = new ArrayList<>(List.of(peer.label()));
      columns.forEach(column -> line.add(cell(column, outcomes, point, peer)));
      lines.add(line);
    }
    return aligned(lines);
  }

  private static String heading(Row.Column column) {
    return column.metric() + ", " + column.unit() + (column.compared() ? " (rmm / peer)" : "");
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
