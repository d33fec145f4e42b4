package io.rmm.benchmarks.scenario;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.rmm.benchmarks.scenario.AllocationProfile.Entry;
import java.util.List;
import org.junit.jupiter.api.Test;

class AllocationProfileTest {

  private static final List<String> LINES =
      List.of(
          "1, 158.53139989144336, 19.54143866490555",
          "512, 2.5, 4",
          "",
          "600, 0, 3",
          "700, 3, 0",
          "4096, 1e2, 8",
          "120000000000, 1, 1");

  @Test
  void readsSizesRatesAndLiveBlocks() {
    assertThat(AllocationProfile.parse(LINES, 1, 1 << 20).entries())
        .containsExactly(
            new Entry(1, 158.53139989144336, 19.54143866490555),
            new Entry(512, 2.5, 4),
            new Entry(4096, 100, 8));
  }

  @Test
  void isCutToSizesFromTheLeastOn() {
    AllocationProfile cut = AllocationProfile.parse(LINES, 512, 4096);
    assertThat(cut.entries()).extracting(Entry::size).containsExactly(512, 4096);
    assertThat(cut.liveBytes()).isEqualTo(512 * 4 + 4096 * 8);
  }

  @Test
  void scalesRatesAndLiveBlocksAlike() {
    AllocationProfile scaled = AllocationProfile.parse(LINES, 512, 4096).scaled(0.5);
    assertThat(scaled.entries()).containsExactly(new Entry(512, 1.25, 2), new Entry(4096, 50, 4));
    assertThat(scaled.liveBytes()).isCloseTo((512 * 4 + 4096 * 8) / 2.0, within(1e-9));
  }

  @Test
  void refusesWhatIsNoProfile() {
    assertThatThrownBy(() -> AllocationProfile.parse(List.of("1, 2"), 1, 100))
        .hasMessageContaining("three columns");
    assertThatThrownBy(() -> AllocationProfile.parse(List.of("a, 2, 3"), 1, 100))
        .isInstanceOf(NumberFormatException.class);
    assertThatThrownBy(() -> AllocationProfile.parse(List.of("8, 2, 3"), 512, 1024))
        .hasMessageContaining("no size");
  }
}
