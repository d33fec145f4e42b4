package io.rmm.demo.show;

import static org.assertj.core.api.Assertions.assertThat;

import io.rmm.allocator.LeakSuspect;
import io.rmm.allocator.MisuseKind;
import io.rmm.allocator.MisuseReport;
import io.rmm.allocator.Site;
import io.rmm.allocator.TuningDecision;
import io.rmm.allocator.TuningDecision.Verdict;
import io.rmm.allocator.TuningKnob;
import java.util.List;
import org.junit.jupiter.api.Test;

class FindingsTest {

  private final Findings findings = new Findings();

  private static Site site(String method) {
    return new Site(List.of(new StackTraceElement("orders.Cart", method, "Cart.java", 7)));
  }

  private static MisuseReport doubleFree(Site place, Site allocation) {
    return MisuseReport.builder(MisuseKind.DOUBLE_FREE)
        .budget("root/db3")
        .detectionSite(place)
        .allocationSite(allocation)
        .build();
  }

  private static LeakSuspect leak(Site allocation, long weight) {
    return new LeakSuspect(1, "root/db3", 64, weight, 5, allocation, "unreachable");
  }

  @Test
  void whatHappensAtOnePlaceIsOneFinding() {
    findings.onMisuse(doubleFree(site("drop"), Site.UNKNOWN));
    findings.onMisuse(doubleFree(site("drop"), site("take")));
    findings.onMisuse(doubleFree(site("clear"), Site.UNKNOWN));
    findings.onLeak(leak(site("take"), 1_000));
    findings.onLeak(leak(site("take"), 24));
    findings.onLeak(leak(site("take"), 24_000));

    assertThat(findings.misuses()).isEqualTo(3);
    assertThat(findings.leaks()).isEqualTo(3);
    assertThat(findings.leakedBytes()).isEqualTo(25_024);
    assertThat(Summary.faults(findings))
        .containsExactly(
            "",
            "Faults found:",
            "  leak: 3 observed blocks, standing for 24.4 KiB, in budget root/db3",
            "    at orders.Cart.take(Cart.java:7)",
            "  double free: 2 times in budget root/db3",
            "    at orders.Cart.drop(Cart.java:7)",
            "    allocated at orders.Cart.take(Cart.java:7)",
            "  double free: 1 time in budget root/db3",
            "    at orders.Cart.clear(Cart.java:7)");
  }

  @Test
  void whatIsLiveAtTheCloseIsToldApartFromWhatWasFound() {
    findings.onMisuse(MisuseReport.builder(MisuseKind.LEAK).detail("3 blocks are live").build());
    findings.onMisuse(MisuseReport.builder(MisuseKind.LEAK).allocationSite(site("take")).build());

    assertThat(findings.misuses()).isZero();
    assertThat(Summary.faults(findings))
        .containsExactly(
            "",
            "No misuse was found, and no leak among the observed blocks.",
            "  At the end 3 blocks are live.");
  }

  @Test
  void nothingFoundIsSaidInOneLine() {
    assertThat(Summary.faults(findings)).containsExactly("", "No misuse and no leak was found.");
  }

  @Test
  void decisionsToChangeNothingAreShownAndNotCounted() {
    TuningDecision raised =
        new TuningDecision(TuningKnob.RETAINED_BYTES, 1, 2, Verdict.RAISED, "remap", "because");
    TuningDecision held =
        new TuningDecision(TuningKnob.RETAINED_BYTES, 2, 2, Verdict.HELD, "cooling", "because");
    findings.onTuning(raised);
    findings.onTuning(held);
    assertThat(findings.tuningDecisions()).isOne();
    assertThat(findings.lastTuningDecision()).isSameAs(held);
  }
}
