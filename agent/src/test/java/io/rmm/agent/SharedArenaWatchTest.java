package io.rmm.agent;

import static org.assertj.core.api.Assertions.assertThat;

import io.rmm.allocator.Site;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** When closes of shared arenas are told of, second by second. */
class SharedArenaWatchTest {

  private static final Site OFTEN =
      new Site(List.of(new StackTraceElement("com.example.Often", "open", "Often.java", 7)));

  private static final Site SELDOM =
      new Site(List.of(new StackTraceElement("com.example.Seldom", "open", "Seldom.java", 8)));

  private final SharedArenaWatch watch = new SharedArenaWatch();
  private long second;
  private long closed;
  private long nanos;

  /** Lets a second pass in which so many arenas were closed, in so many microseconds each. */
  private Optional<SharedArenaWatch.Finding> second(long closes, long micros) {
    second++;
    closed += closes;
    nanos += TimeUnit.MICROSECONDS.toNanos(closes * micros);
    return watch.endSecond(TimeUnit.SECONDS.toNanos(second), closed, nanos);
  }

  private void seconds(int count, long closes, long micros) {
    for (int i = 0; i < count; i++) {
      assertThat(second(closes, micros)).isEmpty();
    }
  }

  @Test
  void anEpisodeIsToldOnceWithItsFiguresAndTheSiteOfMost() {
    seconds(1, 0, 0);
    seconds(5, 20_000, 40);
    assertThat(watch.wantsSite()).isTrue();
    watch.opened(SELDOM);
    watch.opened(OFTEN);
    watch.opened(OFTEN);
    watch.opened(OFTEN);
    seconds(4, 20_000, 40);

    SharedArenaWatch.Finding finding = second(20_000, 40).orElseThrow();

    assertThat(finding.site()).isEqualTo(OFTEN);
    assertThat(finding.detail())
        .startsWith("20,000 shared arenas a second were closed over 10 seconds; a close stops all ")
        .endsWith(
            " threads and took 40 us, in all 80 % of a processor's time; 75 % of them are opened"
                + " at com.example.Often.open(Often.java:7)");
    assertThat(watch.wantsSite()).isFalse();
    seconds(100, 20_000, 40);
  }

  @Test
  void afterTenCalmSecondsItIsAnotherEpisode() {
    seconds(1, 0, 0);
    seconds(9, 20_000, 40);
    assertThat(second(20_000, 40)).isPresent();
    seconds(9, 0, 0);
    seconds(20, 20_000, 40);
    seconds(10, 0, 0);
    seconds(9, 20_000, 40);
    assertThat(second(20_000, 40)).isPresent();
  }

  @Test
  void aBurstIsNoEpisode() {
    seconds(1, 0, 0);
    seconds(9, 20_000, 40);
    seconds(1, 0, 0);
    seconds(9, 20_000, 40);
  }

  @Test
  void neitherFewClosesNorCheapOnesAreTold() {
    seconds(1, 0, 0);
    seconds(30, 99, 1_000_000);
    seconds(30, 1_000, 1);
  }
}
