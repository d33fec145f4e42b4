package io.rmm.analysis;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class RecordedSiteTest {

  @Test
  void readsFramesInnermostFirst() {
    RecordedSite site = RecordedSite.parse("a.B.<init>(B.java:1) < a.C.run(C.java:2)");

    assertThat(site.frames()).containsExactly("a.B.<init>(B.java:1)", "a.C.run(C.java:2)");
    assertThat(site.top()).isEqualTo("a.B.<init>(B.java:1)");
    assertThat(site.isKnown()).isTrue();
  }

  @Test
  void knowsWhatIsNotKnown() {
    assertThat(RecordedSite.parse("").isKnown()).isFalse();
    assertThat(RecordedSite.parse("unknown").isKnown()).isFalse();
    assertThat(RecordedSite.parse("unknown").top()).isEqualTo("a place that was not observed");
  }
}
