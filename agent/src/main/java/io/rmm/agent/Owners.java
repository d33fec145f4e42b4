package io.rmm.agent;

import io.rmm.allocator.Site;
import java.util.List;

/** Finds out who is behind a site. */
final class Owners {

  private Owners() {}

  /**
   * Returns the innermost frame that is not the JDK's, as {@code class.method(file:line)}; the
   * innermost of all if there is none.
   */
  static String firstOfProgram(Site site) {
    return site.frames().stream()
        .filter(frame -> !isOfJdk(frame))
        .findFirst()
        .map(frame -> new Site(List.of(frame)).top())
        .orElse(site.top());
  }

  private static boolean isOfJdk(StackTraceElement frame) {
    String module = frame.getModuleName();
    return module != null && (module.startsWith("java.") || module.startsWith("jdk."));
  }
}
