package io.rmm.dashboards.console;

import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import java.util.function.ToLongFunction;
import java.util.stream.Collectors;

/**
 * Whose code has taken the memory: sites added up by the library or the part of the program that
 * they begin in.
 *
 * <p>All that is known of classes is their names, so an owner is the beginning of a package: a
 * project's name where the name tells it, as {@code netty} for {@code io.netty} and {@code lucene}
 * for {@code org.apache.lucene}, and else the words by which people know its maker, as {@code
 * com.example}. The JDK's frames are passed over, since it takes memory for its callers; a site
 * without others is the JDK's own.
 */
public final class Owners {

  private static final String JDK = "the JDK";

  private static final String UNKNOWN = "unknown";

  /** So that they fit into a line or two. */
  private static final int MOST = 6;

  /** First words of packages of which each following word is somebody else's. */
  private static final Set<String> SHARED =
      Set.of("org.apache", "com.google", "com.github", "io.github");

  /** Those of them below which there are projects, known by their names. */
  private static final String PROJECTS = "org.apache";

  /** Top-level domains under which a name is a project's rather than a company's. */
  private static final Set<String> OF_PROJECTS = Set.of("io", "org", "net", "dev");

  private static final List<String> OF_JDK = List.of("java.", "javax.", "jdk.", "sun.", "com.sun.");

  private Owners() {}

  /**
   * Tells for people who has how much, those with most first, as in {@code netty 410 MiB, lucene
   * 220 MiB and 3 more}.
   *
   * @param frames the names of the classes on a site's stack, innermost first; none if not known
   */
  public static <T> String told(
      Collection<T> sites, Function<T, List<String>> frames, ToLongFunction<T> bytes) {
    Map<String, Long> byOwner = new HashMap<>();
    for (T site : sites) {
      byOwner.merge(owner(frames.apply(site)), bytes.applyAsLong(site), Long::sum);
    }
    String most =
        byOwner.entrySet().stream()
            .sorted(
                Map.Entry.<String, Long>comparingByValue()
                    .reversed()
                    .thenComparing(Map.Entry.comparingByKey()))
            .limit(MOST)
            .map(share -> Amounts.printable(share.getKey()) + " " + Amounts.bytes(share.getValue()))
            .collect(Collectors.joining(", "));
    return byOwner.size() > MOST ? most + " and " + (byOwner.size() - MOST) + " more" : most;
  }

  /** Returns whose code a stack is. */
  static String owner(List<String> classes) {
    if (classes.isEmpty()) {
      return UNKNOWN;
    }
    return classes.stream()
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
    String[] words = name.substring(0, end).split("\\.", -1);
    if (words.length == 1) {
      return words[0];
    }
    String first = words[0] + "." + words[1];
    if (words.length > 2 && SHARED.contains(first)) {
      return first.equals(PROJECTS) ? words[2] : first + "." + words[2];
    }
    return OF_PROJECTS.contains(words[0]) ? words[1] : first;
  }
}
