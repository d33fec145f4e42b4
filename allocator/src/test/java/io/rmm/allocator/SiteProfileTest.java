package io.rmm.allocator;

import static org.assertj.core.api.Assertions.assertThat;

import io.rmm.allocator.observe.Sampler;
import io.rmm.allocator.source.PageSources;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What a profile tells apart, and how it is added up. */
class SiteProfileTest {

  /** Observes every block, so that all estimates are exact. */
  private final Engine engine =
      new Engine(
          "profiled",
          PageSources.named("auto"),
          new Sampler(SafetyMode.PARANOID, 1),
          BudgetLimits.unlimited(),
          // So that slots are as large as the blocks.
          Safety.of(SafetyMode.FAST));

  private final Budget orders = engine.budgets().root().child("orders", BudgetLimits.unlimited());
  private final Budget users = engine.budgets().root().child("users", BudgetLimits.unlimited());
  private final List<Block> live = new ArrayList<>();

  @AfterEach
  void close() {
    live.forEach(Block::close);
    engine.close();
  }

  private Block allocate(Budget budget, long size) {
    Block block = budget.allocate(size);
    live.add(block);
    return block;
  }

  private SiteProfile profile() {
    return engine.observer().profile(0);
  }

  @Test
  void tellsBudgetsAndSizesOfASiteApart() {
    for (int i = 0; i < 3; i++) {
      allocate(orders, 64);
      allocate(users, 64);
      allocate(users, 1024);
    }
    live.removeLast().close();

    assertThat(profile().samples())
        .extracting(
            SiteProfile.Sample::budget,
            SiteProfile.Sample::blockBytes,
            sample -> sample.liveObjects().value(),
            sample -> sample.allocatedObjects().value(),
            sample -> sample.liveBytes().value(),
            sample -> sample.allocatedBytes().value())
        .satisfiesExactlyInAnyOrder(
            row -> assertThat(row.toList()).containsExactly("root/orders", 64L, 3L, 3L, 192L, 192L),
            row -> assertThat(row.toList()).containsExactly("root/users", 64L, 3L, 3L, 192L, 192L),
            row ->
                assertThat(row.toList())
                    .containsExactly("root/users", 1024L, 2L, 3L, 2048L, 3072L));
  }

  @Test
  void sitesAreTheSumsOfTheirSamples() {
    for (int i = 0; i < 2; i++) {
      allocate(orders, 64);
      allocate(users, 1024);
    }

    SiteProfile profile = profile();

    long live = profile.samples().stream().mapToLong(sample -> sample.liveBytes().value()).sum();
    assertThat(live).isEqualTo(2 * (64 + 1024));
    assertThat(profile.sites().stream().mapToLong(SiteProfile.Entry::liveBytes).sum())
        .isEqualTo(live);
    assertThat(profile.sites()).hasSize(2); // the two lines of the loop
    assertThat(profile.truncated()).isFalse();
  }

  @Test
  void addsUpErrorsBySquaresAndLeavesOutThoseOfWhatIsNotLive() {
    Site site = new Site(List.of(new StackTraceElement("a.B", "c", "B.java", 1)));
    SiteProfile profile =
        SiteProfile.of(
            List.of(
                sample(site, 64, new Estimate(1_000, 300), new Estimate(5_000, 600)),
                sample(site, 128, new Estimate(2_000, 400), new Estimate(5_000, 800)),
                sample(site, 256, new Estimate(0, 9_000), new Estimate(10_000, 0))),
            false,
            512);

    SiteProfile.Entry entry = profile.sites().getFirst();
    assertThat(entry.live()).isEqualTo(new Estimate(3_000, 500));
    assertThat(entry.allocated()).isEqualTo(new Estimate(20_000, 1_000));
    assertThat(profile.samples().getFirst().blockBytes()).isEqualTo(128);
  }

  @Test
  void ofASiteWithNothingLiveItTellsHowMuchThereMayBe() {
    for (int i = 0; i < 2; i++) {
      allocate(orders, 64).close();
    }
    live.clear();
    SiteProfile.Sample exact = profile().samples().getFirst();
    assertThat(exact.liveBytes()).isEqualTo(Estimate.NONE);

    Site site = exact.site();
    Estimate allocated = new Estimate(1_000, 200);
    SiteProfile profile =
        SiteProfile.of(
            List.of(
                sample(site, 64, new Estimate(0, 40), allocated),
                sample(site, 128, new Estimate(0, 30), allocated)),
            false,
            512);

    assertThat(profile.sites().getFirst().live()).isEqualTo(new Estimate(0, 40));
  }

  @Test
  void aSourceThatKnowsSitesAloneHasSamplesToo() {
    SiteProfile.Entry entry = new SiteProfile.Entry(Site.UNKNOWN, 10, 1, 20, 2, 3, 4);

    SiteProfile profile = new SiteProfile(List.of(entry), true);

    assertThat(profile.meanBytes()).isEqualTo(SiteProfile.UNKNOWN_MEAN);
    SiteProfile.Sample sample = profile.samples().getFirst();
    assertThat(sample.budget()).isEmpty();
    assertThat(sample.blockBytes()).isZero();
    assertThat(sample.liveBytes()).isEqualTo(new Estimate(10, 1));
    assertThat(sample.allocatedBytes()).isEqualTo(new Estimate(20, 2));
  }

  /** A budget each, so that there are as many combinations as allocations. */
  @Test
  void beyondItsBoundItTellsSitesAlone() {
    Budget parent = engine.budgets().root().child("many", BudgetLimits.unlimited());
    List<Budget> budgets = new ArrayList<>();
    for (int i = 0; i < 2_600; i++) {
      budgets.add(parent.child("b" + i, BudgetLimits.unlimited()));
    }
    for (int size = 64; size <= 512; size *= 2) {
      for (Budget budget : budgets) {
        allocate(budget, size);
      }
    }

    SiteProfile profile = profile();

    assertThat(profile.truncated()).isTrue();
    assertThat(profile.samples()).hasSize(10_001);
    assertThat(profile.samples())
        .filteredOn(sample -> sample.blockBytes() == 0)
        .singleElement()
        .satisfies(
            sample -> {
              assertThat(sample.budget()).isEmpty();
              assertThat(sample.liveObjects().value()).isEqualTo(400);
              assertThat(sample.liveBytes().value()).isEqualTo(400 * 512);
              assertThat(sample.site().isKnown()).isTrue();
            });
    assertThat(profile.sites()).hasSize(1);
  }

  private static SiteProfile.Sample sample(
      Site site, long blockBytes, Estimate live, Estimate allocated) {
    return new SiteProfile.Sample(
        site, "root", blockBytes, live, Estimate.NONE, allocated, Estimate.NONE, 1, 1);
  }
}
