package io.rmm.exporter.otel;

import static org.assertj.core.api.Assertions.assertThat;

import io.rmm.allocator.MisuseKind;
import io.rmm.allocator.Site;
import io.rmm.allocator.signal.LogEvent;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class RepeatsTest {

  @Test
  void causesBeyondThoseToldApartAreCountedTogether() {
    Repeats repeats = new Repeats();
    for (int i = 0; i < Repeats.MOST_CAUSES; i++) {
      assertThat(repeats.admit(cause("site" + i))).isTrue();
    }
    int admitted = 0;
    for (int i = 0; i < 100; i++) {
      admitted += repeats.admit(cause("further" + i)) ? 1 : 0;
    }

    assertThat(admitted).isEqualTo(Repeats.IN_FULL);
    assertThat(repeats.takeCounts())
        .containsExactly(Map.entry(Cause.others(LogEvent.MISUSE), 100L - Repeats.IN_FULL));
    assertThat(repeats.takeCounts()).isEmpty();
  }

  private static Cause cause(String method) {
    Site site = new Site(List.of(new StackTraceElement("Some", method, "Some.java", 1)));
    return new Cause(LogEvent.MISUSE, MisuseKind.DOUBLE_FREE, "", site, Site.UNKNOWN);
  }
}
