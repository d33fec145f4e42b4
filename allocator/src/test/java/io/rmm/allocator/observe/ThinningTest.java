package io.rmm.allocator.observe;

import static org.assertj.core.api.Assertions.assertThat;

import io.rmm.allocator.Estimate;
import io.rmm.allocator.FreeCause;
import io.rmm.allocator.SiteProfile;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Live samples that are dropped because there are too many. */
class ThinningTest {

  private static final int BLOCKS = 10_000;
  private static final long WEIGHT = 1_000;
  private static final int MOST = 1_000;

  private final Listeners listeners = new Listeners();
  private final News news = new News(listeners);
  private final Observer observer = new Observer(news::add, new Tracing(listeners), news, 0);
  private final List<Token> tokens = new ArrayList<>();

  private void observe() {
    for (long id = 0; id < BLOCKS; id++) {
      tokens.add(observer.allocatedElsewhere(id, "root", 64, 64, WEIGHT));
    }
  }

  private SiteProfile.Entry only() {
    return observer.profile(WEIGHT).sites().getFirst();
  }

  @Test
  void theEstimateStaysWithinItsInterval() {
    observe();
    Estimate before = only().live();
    while (observer.thinOut(MOST)) {
      // Each drops about a half.
    }
    SiteProfile.Entry after = only();
    assertThat(after.liveSamples()).isBetween(MOST / 4L, (long) MOST);
    // Four halvings: a standard error of 4 %, so this fails once in a million runs.
    assertThat(after.liveBytes()).isBetween(8_000_000L, 12_000_000L);
    assertThat(after.live().error()).isGreaterThan(2 * before.error());
    assertThat(after.allocatedBytes()).isEqualTo(BLOCKS * WEIGHT);
  }

  @Test
  void nothingIsLeftWhenAllIsFreed() {
    observe();
    observer.thinOut(MOST);
    long followed = tokens.stream().filter(observer::isFollowed).count();
    assertThat(followed).isEqualTo(only().liveSamples());
    tokens.forEach(token -> observer.freed(token, FreeCause.CLOSE));
    assertThat(only().liveBytes()).isZero();
    assertThat(only().liveSamples()).isZero();
  }

  @Test
  void whatIsTakenMeanwhileIsEnteredWithTheWeightThatItHas() throws Exception {
    Thread taking = Thread.ofPlatform().start(this::observe);
    while (taking.isAlive()) {
      observer.thinOut(10);
    }
    taking.join();
    tokens.forEach(token -> observer.freed(token, FreeCause.CLOSE));
    assertThat(only().liveBytes()).isZero();
    assertThat(only().liveSamples()).isZero();
  }

  @Test
  void whatIsFreedMeanwhileLeavesWithTheWeightThatItHas() throws Exception {
    observe();
    Thread freeing =
        Thread.ofPlatform()
            .start(() -> tokens.forEach(token -> observer.freed(token, FreeCause.CLOSE)));
    while (freeing.isAlive()) {
      observer.thinOut(10);
    }
    freeing.join();
    assertThat(only().liveBytes()).isZero();
    assertThat(only().liveSamples()).isZero();
  }
}
