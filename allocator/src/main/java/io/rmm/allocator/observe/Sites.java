package io.rmm.allocator.observe;

import io.rmm.allocator.Site;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Finds out where the calling thread stands, and stores each such place once.
 *
 * <p>RMM's own frames are left out, and what lies more than {@link #MAX_FRAMES} frames outwards.
 * The table is bounded: once it is full, sites are still reported but no longer shared.
 */
final class Sites {

  /** Enough to get from an allocation out of a library into the program that uses it. */
  private static final int MAX_FRAMES = 16;

  /** Some 40 MiB of heap at the worst, and more places than programs allocate from. */
  private static final int MAX_SITES = 50_000;

  private static final String KERNEL = "io.rmm.allocator.";

  /** RMM's own frames on top of a site: six to eight. */
  private static final int OWN_FRAMES = 8;

  /**
   * Told how deep to look, so that the JVM fills one batch of frames, and not a small one and then
   * one of 32: a third of the cost.
   */
  private static final StackWalker WALKER =
      StackWalker.getInstance(Set.of(), OWN_FRAMES + MAX_FRAMES);

  private final ConcurrentHashMap<Site, Site> known = new ConcurrentHashMap<>();

  Site here() {
    List<StackTraceElement> frames =
        WALKER.walk(
            stack ->
                stack
                    .dropWhile(frame -> isKernel(frame.getClassName()))
                    .limit(MAX_FRAMES)
                    .map(StackWalker.StackFrame::toStackTraceElement)
                    .toList());
    Site site = frames.isEmpty() ? Site.UNKNOWN : new Site(frames);
    Site same = known.size() < MAX_SITES ? known.putIfAbsent(site, site) : known.get(site);
    return same == null ? site : same;
  }

  /** The kernel's tests stand in its packages, and are users of it. */
  static boolean isKernel(String className) {
    return className.startsWith(KERNEL) && !className.contains("Test");
  }
}
