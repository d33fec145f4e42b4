package io.rmm.stress;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.StringReader;
import java.util.Collections;
import java.util.List;
import java.util.regex.Pattern;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.Test;
import org.w3c.dom.Document;
import org.xml.sax.InputSource;

/** The picture is well formed, inside its frame, and loses no peak. */
class LinePlotTest {

  @Test
  void manySamplesBecomeAFewPointsWithEveryPeak() throws Exception {
    double[] x = new double[10_000];
    double[] y = new double[x.length];
    for (int i = 0; i < x.length; i++) {
      x[i] = i / 60.0;
      y[i] = 100;
    }
    y[6_543] = 190;
    LinePlot plot = new LinePlot("title", x);
    plot.line("resident", y);
    Document svg =
        DocumentBuilderFactory.newInstance()
            .newDocumentBuilder()
            .parse(new InputSource(new StringReader(plot.svg("a note"))));
    assertThat(svg.getElementsByTagName("text").item(0).getTextContent()).isEqualTo("title");
    assertThat(svg.getElementsByTagName("text").item(1).getTextContent()).isEqualTo("a note");
    String points =
        svg.getElementsByTagName("polyline")
            .item(0)
            .getAttributes()
            .getNamedItem("points")
            .getNodeValue();
    List<Double> heights =
        Pattern.compile(",([0-9.]+)")
            .matcher(points)
            .results()
            .map(point -> Double.valueOf(point.group(1)))
            .toList();
    assertThat(heights).hasSizeBetween(100, 1_000);
    // The frame is from 50 at the top, where 200 is, to 440 at the bottom.
    assertThat(heights).allMatch(height -> height >= 50 && height <= 440);
    assertThat(Collections.min(heights)).isEqualTo(440 - 0.95 * 390);
  }
}
