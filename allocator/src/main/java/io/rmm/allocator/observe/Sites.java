package io.rmm.allocator.observe;

import io.rmm.allocator.Site;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.regex.Pattern;

/**
 * Finds out where the calling thread stands, and stores each such place once.
 *
 * <p>RMM's own frames are left out, with those of the JDK that take memory for their callers, and
 * what lies more than {@link #MAX_FRAMES} frames outwards. The tables are bounded: once that of
 * sites is full, all are forgotten, and stored anew as they are met again. Equal ones stay equal.
 */
final class Sites {

  /** Enough to get from an allocation out of a library into the program that uses it. */
  static final int MAX_FRAMES = 16;

  /** More places than most programs allocate from. Each is some 300 bytes of Java heap: 3 MiB. */
  static final int MAX_SITES = 10_000;

  /**
   * Frames that sites share, of some 80 bytes each: 4 MiB. A site has sixteen, and most of them are
   * those of many others; each with its own, it would take 850 bytes.
   */
  private static final int MAX_SHARED_FRAMES = 50_000;

  private static final String KERNEL = "io.rmm.allocator.";

  /** The agent, and what it has put into packages of the JDK, whose names begin so. */
  private static final String AGENT = "io.rmm.agent.";

  private static final Pattern HOOK = Pattern.compile("(java|sun|jdk)\\.([a-z]+\\.)+Rmm[A-Za-z]+");

  /** Of the JDK: what takes memory for whoever calls it, and is at the top of each such stack. */
  private static final Set<String> TAKERS =
      Set.of(
          "java.nio.ByteBuffer",
          "java.nio.DirectByteBuffer",
          "java.lang.foreign.Arena",
          "java.lang.foreign.SegmentAllocator",
          "jdk.internal.foreign.ArenaImpl",
          "jdk.internal.foreign.SegmentFactories",
          "sun.misc.Unsafe",
          "sun.nio.ch.FileChannelImpl");

  private static final StackWalker WALKER = StackWalker.getInstance();

  private final ConcurrentHashMap<CallPath, Site> byPath = new ConcurrentHashMap<>();

  /** Several paths lead to one site where they differ in what no site shows. */
  private final ConcurrentHashMap<Site, Site> known = new ConcurrentHashMap<>();

  private final ConcurrentHashMap<StackTraceElement, StackTraceElement> frames =
      new ConcurrentHashMap<>();

  static {
    // Now, and not at the first observation, when the Java heap may be full: a class that cannot be
    // initialized once never can, be it one of the JDK, and every walk would fail from then on.
    CallPath _ = CallPath.here();
    Site _ = new Sites().shared(look());
  }

  Site here() {
    CallPath path = CallPath.here();
    Site site = byPath.get(path);
    if (site == null) {
      site = shared(look());
      if (site.frames().stream().noneMatch(Sites::isStaticInitializer)) {
        note(path, site);
      }
    }
    return site;
  }

  private void note(CallPath path, Site site) {
    if (byPath.size() >= MAX_SITES) {
      byPath.clear();
    }
    byPath.put(path, site);
  }

  /**
   * The JVM runs it in the middle of a call to some method of its class, whose path is the same if
   * both stand at the same position of their code.
   */
  private static boolean isStaticInitializer(StackTraceElement frame) {
    return frame.getMethodName().equals("<clinit>");
  }

  private static Site look() {
    List<StackTraceElement> frames =
        WALKER.walk(
            stack ->
                stack
                    .dropWhile(frame -> isKernel(frame.getClassName()))
                    .limit(MAX_FRAMES)
                    .map(StackWalker.StackFrame::toStackTraceElement)
                    .toList());
    return frames.isEmpty() ? Site.UNKNOWN : new Site(frames);
  }

  private Site shared(Site site) {
    Site same = known.get(site);
    if (same != null) {
      return same;
    }
    if (known.size() >= MAX_SITES) {
      known.clear();
      frames.clear();
    }
    Site slim = new Site(site.frames().stream().map(this::shared).toList());
    same = known.putIfAbsent(slim, slim);
    return same == null ? slim : same;
  }

  private StackTraceElement shared(StackTraceElement frame) {
    StackTraceElement same = frames.get(frame);
    if (same == null && frames.size() < MAX_SHARED_FRAMES) {
      same = frames.putIfAbsent(frame, frame);
    }
    return same == null ? frame : same;
  }

  /**
   * Tells whether a frame on top of a stack is none of a user's. The kernel's tests stand in its
   * packages, and are users of it.
   */
  static boolean isKernel(String className) {
    return (className.startsWith(KERNEL) && !className.contains("Test"))
        || className.startsWith(AGENT)
        || TAKERS.contains(className)
        || HOOK.matcher(className).matches();
  }
}
