package io.rmm.cli.profile;

import io.rmm.allocator.Estimate;
import io.rmm.allocator.Site;
import io.rmm.allocator.SiteProfile;
import io.rmm.allocator.SiteProfile.Sample;
import io.rmm.dashboards.console.ManagerName;
import io.rmm.dashboards.console.Values;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.management.JMException;
import javax.management.MBeanServerConnection;
import javax.management.ObjectName;

/** Makes the profile of a memory manager in another JVM of what its beans say. */
public final class RemoteProfile {

  /** The name of a method may have brackets and blanks, as Kotlin's may, and no full stop. */
  private static final Pattern FRAME_WITH_FILE =
      Pattern.compile("(?<type>.*)\\.(?<method>[^.]+)\\((?<file>[^:]*):(?<line>-?\\d{1,9})\\)");

  private static final Pattern FRAME = Pattern.compile("(?<type>.*)\\.(?<method>[^.]+)");

  private RemoteProfile() {}

  /**
   * Reads a profile, whole: what is made of it is what that JVM would make itself.
   *
   * @return nothing if the RMM of that JVM does not show any
   */
  public static Optional<SiteProfile> read(MBeanServerConnection beans, ManagerName manager)
      throws IOException, JMException {
    Optional<ObjectName> bean = manager.bean(beans, "Leaks");
    return bean.isEmpty()
        ? Optional.empty()
        : Values.ask(beans, bean.get(), "profile").map(RemoteProfile::of);
  }

  private static SiteProfile of(Values profile) {
    List<Sample> samples = new ArrayList<>();
    for (Values row : profile.rows("sites")) {
      Site site = site(row.texts("frames"));
      row.rows("samples").forEach(sample -> samples.add(sample(site, sample)));
    }
    return SiteProfile.of(samples, profile.isTrue("truncated"), profile.number("meanBytes"));
  }

  private static Sample sample(Site site, Values sample) {
    return new Sample(
        site,
        sample.text("budget"),
        sample.number("blockBytes"),
        estimate(sample, "liveBytes"),
        estimate(sample, "liveObjects"),
        estimate(sample, "allocatedBytes"),
        estimate(sample, "allocatedObjects"),
        sample.number("liveSamples"),
        sample.number("allocatedSamples"));
  }

  private static Estimate estimate(Values sample, String name) {
    return new Estimate(sample.number(name), sample.number(name + "Error"));
  }

  private static Site site(List<String> frames) {
    return frames.isEmpty()
        ? Site.UNKNOWN
        : new Site(frames.stream().map(RemoteProfile::frame).toList());
  }

  /** Reads {@code class.method(file:line)}; what is written otherwise is taken for a method. */
  static StackTraceElement frame(String text) {
    Matcher whole = FRAME_WITH_FILE.matcher(text);
    if (whole.matches()) {
      return new StackTraceElement(
          whole.group("type"),
          whole.group("method"),
          whole.group("file"),
          Integer.parseInt(whole.group("line")));
    }
    Matcher bare = FRAME.matcher(text);
    return bare.matches()
        ? new StackTraceElement(bare.group("type"), bare.group("method"), null, -1)
        : new StackTraceElement("", text, null, -1);
  }
}
