package io.rmm.allocator.observe;

import static org.assertj.core.api.Assertions.assertThat;

import io.rmm.allocator.Site;
import io.rmm.allocator.SiteProfile;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

/** More sites than there is room for. */
class SiteTableTest {

  private static final int MORE_THAN_THERE_IS_ROOM_FOR = 100_000;

  private final SiteTable table = new SiteTable();

  private static Site site(int number) {
    return new Site(List.of(new StackTraceElement("Some", "m" + number, "Some.java", 1)));
  }

  private SiteStatistics enter(int number, String budget) {
    SiteStatistics entered;
    do {
      entered = table.of(site(number), budget, 64);
    } while (!entered.allocated(64, 1_000));
    return entered;
  }

  private long live(Site site) {
    return table.read(1_000).sites().stream()
        .filter(entry -> entry.site().equals(site))
        .mapToLong(SiteProfile.Entry::liveBytes)
        .sum();
  }

  @Test
  void whatIsLiveIsToldHoweverManySitesThereWere() {
    SiteStatistics early = enter(0, "root");
    for (int i = 1; i < MORE_THAN_THERE_IS_ROOM_FOR; i++) {
      enter(i, "root").freed(64, 1_000);
    }
    enter(MORE_THAN_THERE_IS_ROOM_FOR, "root");
    assertThat(live(site(0))).isEqualTo(1_000);
    assertThat(live(site(MORE_THAN_THERE_IS_ROOM_FOR))).isEqualTo(1_000);
    early.freed(64, 1_000);
    assertThat(live(site(0))).isZero();
  }

  @Test
  void whatWasAllocatedIsKeptAsUnknown() {
    for (int i = 0; i < MORE_THAN_THERE_IS_ROOM_FOR; i++) {
      enter(i, "root").freed(64, 1_000);
    }
    SiteProfile profile = table.read(1_000);
    assertThat(profile.sites().stream().mapToLong(SiteProfile.Entry::allocatedBytes).sum())
        .isEqualTo(1_000L * MORE_THAN_THERE_IS_ROOM_FOR);
    assertThat(profile.sites()).hasSizeLessThan(20_000);
  }

  @Test
  void whereAllIsLiveTheRestIsToldAsUnknown() {
    for (int i = 0; i < 20_000; i++) {
      enter(i, "root");
    }
    assertThat(live(Site.UNKNOWN)).isBetween(1_000L, 6_000_000L);
    assertThat(table.read(1_000).sites().stream().mapToLong(SiteProfile.Entry::liveBytes).sum())
        .isEqualTo(20_000_000);
  }

  @Test
  void nothingIsLostWhileSitesMakeRoom() throws Exception {
    AtomicLong numbers = new AtomicLong();
    try (ExecutorService threads = Executors.newFixedThreadPool(4)) {
      for (int thread = 0; thread < 4; thread++) {
        int seed = thread;
        threads.execute(
            () -> {
              for (int i = 0; i < 200_000; i++) {
                // Some sites are met again and again, by all threads.
                int number = i % 3 == 0 ? i % 7 : (int) numbers.getAndIncrement();
                SiteStatistics entered = enter(number, "root/" + seed % 2);
                if (i % 1_000 != 0) {
                  entered.freed(64, 1_000);
                }
              }
            });
      }
      threads.shutdown();
      assertThat(threads.awaitTermination(1, TimeUnit.MINUTES)).isTrue();
    }
    SiteProfile profile = table.read(1_000);
    assertThat(profile.sites().stream().mapToLong(SiteProfile.Entry::allocatedBytes).sum())
        .isEqualTo(4L * 200_000 * 1_000);
    assertThat(profile.sites().stream().mapToLong(SiteProfile.Entry::liveBytes).sum())
        .isEqualTo(4L * 200 * 1_000);
  }
}
