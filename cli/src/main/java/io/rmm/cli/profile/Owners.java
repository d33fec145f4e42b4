package io.rmm.cli.profile;

import io.rmm.allocator.Estimate;
import io.rmm.allocator.Site;
import io.rmm.allocator.SiteProfile.Entry;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;

/**
 * Whose code has taken the memory: sites added up by the library or the part of the program that
 * they begin in.
 *
 * <p>All that a profile has of classes is their names, so an owner is the beginning of a package:
 * two words, as in {@code io.netty}, or three where the first two are shared by many, as in {@code
 * org.apache.lucene}. The JDK's frames are passed over, since it takes memory for its callers; a
 * site without others is the JDK's own.
 */
final class Owners {

  private static final String JDK = "the JDK";

  private static final String UNKNOWN = "unknown";

  /** First words of packages of which each following word is somebody else's. */
  private static final Set<String> SHARED =
      Set.of("org.apache", "com.google", "com.github", "io.github");

  private static final List<String> OF_JDK = List.of("java.", "javax.", "jdk.", "sun.", "com.sun.");

  /** The bytes of an owner. */
  record Share(String owner, Estimate bytes) {}

  private Owners() {}

  /** Returns the owners, the one with most first. */
  static List<Share> of(List<Entry> sites, Function<Entry, Estimate> part) {
    Map<String, List<Estimate>> byOwner = new HashMap<>();
    for (Entry site : sites) {
      byOwner.computeIfAbsent(owner(site.site()), _ -> new ArrayList<>()).add(part.apply(site));
    }
    List<Share> shares = new ArrayList<>();
    byOwner.forEach((owner, bytes) -> shares.add(new Share(owner, Estimate.sum(bytes))));
    shares.sort((one, other) -> Long.compare(other.bytes.value(), one.bytes.value()));
    return shares;
  }

  /** Returns whose code a site is. */
  static String owner(Site site) {
    if (!site.isKnown()) {
      return UNKNOWN;
    }
    return site.frames().stream()
        .map(StackTraceElement::getClassName)
        .filter(name -> OF_JDK.stream().noneMatch(name::startsWith))
        .findFirst()
        .map(Owners::ofClass)
        .orElse(JDK);
  }

  private static String ofClass(String name) {
    int end = name.lastIndexOf('.');
    if (end < 0) {
      return name; // in no package
    }
    String[] words = name.substring(0, end).split("\\.");
    int count = words.length > 2 && SHARED.contains(words[0] + "." + words[1]) ? 3 : 2;
    return String.join(".", List.of(words).subList(0, Math.min(count, words.length)));
  }
}
