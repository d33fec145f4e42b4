package io.rmm.allocator.observe;

import io.rmm.allocator.MisuseConfidence;
import io.rmm.allocator.MisuseKind;
import io.rmm.allocator.MisuseReport;
import io.rmm.allocator.Site;
import java.util.Arrays;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Finds the block that an exception is about by where both happened, if it says nothing else.
 *
 * <p>Whoever uses a block is mostly near the code that allocated or freed it. So the block is named
 * whose sites have most frames in common with the exception; the later one, if several have as
 * many.
 */
final class Likeness {

  /** As many as sites have. */
  private static final int MAX_FRAMES = Sites.MAX_FRAMES;

  /** The frames of the program, from the one that asked for the access outwards. */
  private final List<StackTraceElement> frames;

  /**
   * By site, as of the tens of thousands of blocks that are compared most have a site in common.
   */
  private final Map<Site, Integer> scores = new HashMap<>();

  Likeness(Throwable error) {
    this.frames =
        Arrays.stream(error.getStackTrace())
            .dropWhile(frame -> isOfTheJdk(frame) || Sites.isKernel(frame.getClassName()))
            .limit(MAX_FRAMES)
            .toList();
  }

  /** Returns where the program was when the exception was thrown. */
  Site site() {
    return frames.isEmpty() ? Site.UNKNOWN : new Site(frames);
  }

  /**
   * Begins a report about the block of {@code candidates} that is most like the exception.
   *
   * @param atBest how sure it is if no other is as much like it
   * @return null if none is like it at all
   */
  MisuseReport.@Nullable Builder report(
      MisuseKind kind,
      Collection<ObservedBlock> candidates,
      MisuseConfidence atBest,
      String detail) {
    ObservedBlock best = null;
    int bestScore = 0;
    boolean alone = true;
    for (ObservedBlock candidate : candidates) {
      int score = Math.max(score(candidate.allocationSite), score(candidate.freeSite));
      if (score == 0 || score < bestScore) {
        continue;
      }
      alone = score > bestScore;
      if (alone || best == null || candidate.lastNanos() - best.lastNanos() > 0) {
        best = candidate;
      }
      bestScore = score;
    }
    if (best == null) {
      return null;
    }
    MisuseReport.Builder report =
        MisuseReport.builder(kind)
            .detail(detail)
            .confidence(alone ? atBest : MisuseConfidence.POSSIBLE);
    MisuseDesk.addKnown(report, best);
    return report;
  }

  private int score(@Nullable Site site) {
    return site == null ? 0 : scores.computeIfAbsent(site, this::inCommon);
  }

  /**
   * Tells how much a site has in common with the exception: each frame whose method is in both
   * counts, the inner ones more, since the outer ones are those of every request of a server. Those
   * of the JDK do not: all threads have some in common.
   */
  private int inCommon(Site site) {
    int score = 0;
    for (int i = 0; i < frames.size(); i++) {
      StackTraceElement frame = frames.get(i);
      if (!isOfTheJdk(frame)
          && site.frames().stream().anyMatch(other -> isSameMethod(frame, other))) {
        score += MAX_FRAMES - i;
      }
    }
    return score;
  }

  private static boolean isSameMethod(StackTraceElement frame, StackTraceElement other) {
    return other.getMethodName().equals(frame.getMethodName())
        && other.getClassName().equals(frame.getClassName());
  }

  static boolean isOfTheJdk(StackTraceElement frame) {
    String module = frame.getModuleName();
    return module != null && (module.startsWith("java.") || module.startsWith("jdk."));
  }
}
