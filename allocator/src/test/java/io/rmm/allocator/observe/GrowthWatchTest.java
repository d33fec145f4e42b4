package io.rmm.allocator.observe;

import static org.assertj.core.api.Assertions.assertThat;

import io.rmm.allocator.LeakSuspect;
import io.rmm.allocator.Site;
import io.rmm.allocator.SiteProfile;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class GrowthWatchTest {

  private static final long MIB = 1 << 20;

  private final GrowthWatch watch = new GrowthWatch();

  private static SiteProfile.Entry entry(String method, long live, long error) {
    Site site = new Site(List.of(new StackTraceElement("Cache", method, "Cache.java", 1)));
    return new SiteProfile.Entry(site, live, error, live, error, 1, 1);
  }

  private List<LeakSuspect> window(SiteProfile.Entry... entries) {
    return watch.endWindow(new SiteProfile(List.of(entries), false));
  }

  private List<LeakSuspect> windows(long error, long... live) {
    List<LeakSuspect> told = new ArrayList<>();
    for (long bytes : live) {
      told.addAll(window(entry("put", bytes, error)));
    }
    return told;
  }

  @Test
  void aSiteThatGrowsInEachWindowIsTold() {
    assertThat(windows(0, MIB, 2 * MIB, 3 * MIB, 4 * MIB, 5 * MIB, 6 * MIB)).isEmpty();
    List<LeakSuspect> told = windows(0, 7 * MIB);
    assertThat(told).hasSize(1);
    assertThat(told.getFirst().evidence()).isEqualTo("growth");
    assertThat(told.getFirst().weight()).isEqualTo(6 * MIB);
    assertThat(told.getFirst().ageNanos()).isEqualTo(6 * GrowthWatch.WINDOW.toNanos());
    assertThat(told.getFirst().allocationSite().top()).contains("Cache.put");
    assertThat(windows(0, 8 * MIB, 13 * MIB)).as("not again before it has doubled").isEmpty();
    assertThat(windows(0, 14 * MIB)).hasSize(1);
  }

  @Test
  void oneFallIsEnoughToBeginAnew() {
    assertThat(windows(0, 1, 2 * MIB, 3 * MIB, 4 * MIB, 3 * MIB, 5 * MIB, 6 * MIB, 7 * MIB))
        .isEmpty();
  }

  @Test
  void littleGrowthAndGrowthWithinTheErrorAreNotTold() {
    assertThat(windows(0, 1, 2, 3, 4, 5, 6, 7, 8)).isEmpty();
    assertThat(windows(9 * MIB, 1, 2 * MIB, 3 * MIB, 4 * MIB, 5 * MIB, 6 * MIB, 7 * MIB, 8 * MIB))
        .isEmpty();
  }

  @Test
  void aSiteThatWasGoneIsANewOne() {
    assertThat(windows(0, MIB, 2 * MIB, 3 * MIB, 4 * MIB)).isEmpty();
    assertThat(window(entry("other", MIB, 0))).isEmpty();
    assertThat(windows(0, 5 * MIB, 6 * MIB, 7 * MIB)).isEmpty();
  }
}
