package io.rmm.jmx;

import static org.assertj.core.api.Assertions.assertThat;

import io.rmm.allocator.Estimate;
import io.rmm.allocator.Site;
import io.rmm.allocator.SiteProfile;
import io.rmm.allocator.SiteProfile.Sample;
import java.util.List;
import java.util.stream.IntStream;
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

  /** Whether or not there is a limit, the sums of a profile are the same. */
  @ParameterizedTest
  @ValueSource(ints = {0, 1, ProfileData.MOST_SAMPLES, ProfileData.MOST_SAMPLES + 1, 5_000})
  void whatIsBeyondTheLimitIsAddedUp(int count) {
    SiteProfile profile = profile(count);
    ProfileData data = ProfileData.of(profile);
    List<ProfiledSample> samples =
        data.sites().stream().flatMap(site -> site.samples().stream()).toList();
    assertThat(samples).hasSize(Math.min(count, ProfileData.MOST_SAMPLES));
    assertThat(data.truncated()).isEqualTo(count > ProfileData.MOST_SAMPLES);
    assertThat(samples.stream().mapToLong(ProfiledSample::liveBytes).sum())
        .isEqualTo(profile.samples().stream().mapToLong(s -> s.liveBytes().value()).sum());
    assertThat(samples.stream().mapToLong(ProfiledSample::allocatedObjects).sum())
        .isEqualTo(10L * count);
    assertThat(samples.stream().mapToLong(ProfiledSample::allocatedSamples).sum())
        .isEqualTo(2L * count);
    if (count > 0) {
      assertThat(data.sites().getFirst().frames())
          .containsExactly("a.B.c%d(B.java:%d)".formatted(count - 1, count - 1));
    }
    if (data.truncated()) {
      assertThat(data.sites().getLast().frames()).isEmpty();
    }
  }
}
