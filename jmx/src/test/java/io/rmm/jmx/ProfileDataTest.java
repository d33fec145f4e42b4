package io.rmm.jmx;

import static org.assertj.core.api.Assertions.assertThat;

import io.rmm.allocator.Estimate;
import io.rmm.allocator.Site;
import io.rmm.allocator.SiteProfile;
import io.rmm.allocator.SiteProfile.Sample;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ProfileDataTest {

  private static SiteProfile profile(int count) {
    List<Sample> samples =
        IntStream.range(0, count)
            .mapToObj(
                i -> {
                  Estimate bytes = new Estimate(1_000 + i, 30);
                  Estimate objects = new Estimate(10, 3);
                  Site site = new Site(List.of(new StackTraceElement("a.B", "c" + i, "B.java", i)));
                  return new Sample(site, "root", 16, bytes, objects, bytes, objects, 1, 2);
                })
            .toList();
    return SiteProfile.of(samples, false, 512);
  }

  /** However large, nothing is left out. */
  @ParameterizedTest
  @ValueSource(ints = {0, 1, 20_000})
  void everySumIsTold(int count) {
    SiteProfile profile = profile(count);
    ProfileData data = ProfileData.of(profile);
    assertThat(data.truncated()).isEqualTo(profile.truncated());
    assertThat(data.meanBytes()).isEqualTo(512);
    assertThat(data.sites().stream().flatMap(site -> site.samples().stream()))
        .containsExactlyElementsOf(profile.samples().stream().map(ProfiledSample::of).toList());
    if (count > 0) {
      assertThat(data.sites().getFirst().frames())
          .containsExactly("a.B.c%d(B.java:%d)".formatted(count - 1, count - 1));
    }
  }

  @Test
  void theFramesOfASiteStandOnce() {
    Site site = new Site(List.of(new StackTraceElement("a.B", "c", null, -1)));
    Estimate estimate = new Estimate(10, 3);
    List<Sample> samples =
        Stream.of("root/a", "root/b")
            .map(b -> new Sample(site, b, 16, estimate, estimate, estimate, estimate, 1, 2))
            .toList();
    assertThat(ProfileData.of(SiteProfile.of(samples, true, 0)).sites())
        .singleElement()
        .satisfies(
            shown -> {
              assertThat(shown.frames()).containsExactly("a.B.c");
              assertThat(shown.samples())
                  .extracting(ProfiledSample::budget)
                  .containsExactly("root/a", "root/b");
            });
  }
}
