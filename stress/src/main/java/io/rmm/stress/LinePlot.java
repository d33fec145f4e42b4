package io.rmm.stress;

import java.util.Arrays;
import java.util.Formatter;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;

/** Lines over one axis of time, as a picture that a browser and a page of Markdown show. */
final class LinePlot {

  private static final int WIDTH = 960;
  private static final int HEIGHT = 480;
  private static final int LEFT = 60;
  private static final int RIGHT = 110;
  private static final int TOP = 50;
  private static final int BOTTOM = 40;

  /** Told apart also by those who see red and green alike (the palette of Okabe and Ito). */
  private static final String[] COLOURS = {"#000000", "#0072b2", "#009e73", "#e69f00", "#cc79a7"};

  /** More points than pixels say nothing more, and make the file large. */
  private static final int MOST_POINTS = WIDTH - LEFT - RIGHT;

  private final String title;
  private final double[] x;
  private final Map<String, double[]> lines = new LinkedHashMap<>();

  LinePlot(String title, double[] x) {
    this.title = title;
    this.x = x;
  }

  /** Adds a line, of at most {@link #COLOURS}, with a value for every x. */
  void line(String name, double[] y) {
    lines.put(name, y);
  }

  /** Returns the picture, with {@code note} below the title. */
  String svg(String note) {
    double right = tick(Arrays.stream(x).max().orElse(1));
    double top = tick(lines.values().stream().flatMapToDouble(Arrays::stream).max().orElse(1));
    Formatter svg = new Formatter(Locale.ROOT);
    svg.format(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 %d %d\""
            + " font-family=\"sans-serif\" font-size=\"12\">%n",
        WIDTH, HEIGHT);
    svg.format("<rect width=\"100%%\" height=\"100%%\" fill=\"#ffffff\"/>%n");
    svg.format("<text x=\"%d\" y=\"20\" font-size=\"15\">%s</text>%n", LEFT, title);
    svg.format("<text x=\"%d\" y=\"38\" fill=\"#555555\">%s</text>%n", LEFT, note);
    for (int i = 0; i <= 5; i++) {
      double y = top * i / 5;
      svg.format(
          "<path d=\"M%d %.1fH%d\" stroke=\"#dddddd\"/>"
              + "<text x=\"%d\" y=\"%.1f\" text-anchor=\"end\">%.4g</text>%n",
          LEFT, down(y, top), WIDTH - RIGHT, LEFT - 6, down(y, top) + 4, y);
      svg.format(
          "<text x=\"%.1f\" y=\"%d\" text-anchor=\"middle\">%.4g</text>%n",
          across(right * i / 5, right), HEIGHT - BOTTOM + 18, right * i / 5);
    }
    int colour = 0;
    for (Map.Entry<String, double[]> line : lines.entrySet()) {
      svg.format(
          "<polyline fill=\"none\" stroke=\"%s\" points=\"%s\"/>%n",
          COLOURS[colour], points(line.getValue(), right, top));
      svg.format(
          "<text x=\"%d\" y=\"%d\" fill=\"%s\">%s</text>%n",
          WIDTH - RIGHT + 10, TOP + 18 * colour + 12, COLOURS[colour], line.getKey());
      colour++;
    }
    return svg.format("</svg>%n").toString();
  }

  /** Shows of every group of neighbours the highest, so that no peak is lost. */
  private String points(double[] y, double right, double top) {
    StringBuilder points = new StringBuilder();
    int group = Math.max(1, (x.length + MOST_POINTS - 1) / MOST_POINTS);
    for (int first = 0; first < x.length; first += group) {
      int highest = first;
      for (int i = first; i < Math.min(first + group, x.length); i++) {
        highest = y[i] > y[highest] ? i : highest;
      }
      points.append(
          String.format(
              Locale.ROOT, "%.1f,%.1f ", across(x[highest], right), down(y[highest], top)));
    }
    return points.toString().strip();
  }

  private static double across(double value, double right) {
    return LEFT + value / right * (WIDTH - LEFT - RIGHT);
  }

  private static double down(double value, double top) {
    return HEIGHT - BOTTOM - value / top * (HEIGHT - TOP - BOTTOM);
  }

  /** Returns the next number of one digit, or of one and a half, above {@code value}. */
  private static double tick(double value) {
    double power = Math.pow(10, Math.floor(Math.log10(Math.max(value, 1e-9))));
    return Math.ceil(2 * value / power) / 2 * power;
  }
}
