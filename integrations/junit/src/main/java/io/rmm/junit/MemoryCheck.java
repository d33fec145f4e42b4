package io.rmm.junit;

import io.rmm.allocator.MemoryManager;
import io.rmm.allocator.MisuseKind;
import io.rmm.allocator.MisuseReport;
import io.rmm.allocator.SafetyMode;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.function.Executable;
import org.opentest4j.AssertionFailedError;

/**
 * The check of one test: a parameter of tests with {@link CheckMemory} that have more than one
 * manager, or that misuse memory on purpose. May be used by several threads.
 */
public final class MemoryCheck {

  /** The longest name that a manager may have. */
  private static final int MAX_NAME = 128;

  private final String test;
  private final SafetyMode mode;
  private final Set<MisuseKind> expected;
  private final MisuseLog log = new MisuseLog();
  private final List<WatchedManager> watched = new ArrayList<>();
  private @Nullable MemoryManager own;
  private boolean ended;

  MemoryCheck(String test, SafetyMode mode, MisuseKind... expected) {
    this.test = test;
    this.mode = mode;
    this.expected = Set.of(Stream.of(expected).distinct().toArray(MisuseKind[]::new));
  }

  /** Returns the test's own manager, which is made when it is first asked for. */
  public synchronized MemoryManager manager() {
    checkNotEnded();
    MemoryManager manager = own;
    if (manager == null) {
      manager =
          MemoryManager.builder()
              .name(test.substring(0, Math.min(test.length(), MAX_NAME)))
              .safetyMode(mode)
              .discoverViews(false)
              .listener(log)
              .build();
      own = manager;
    }
    return manager;
  }

  /**
   * Takes in a manager that the test got elsewhere. What it reports from now on fails the test, and
   * so does what it holds more at the end of the test than now; it is not closed. A cache that
   * outlives the test has a manager of its own, which is not given here.
   *
   * @return the same manager
   */
  public synchronized MemoryManager watch(MemoryManager manager) {
    Objects.requireNonNull(manager, "manager");
    checkNotEnded();
    if (manager != own && watched.stream().noneMatch(known -> known.manager() == manager)) {
      watched.add(new WatchedManager(manager, log));
    }
    return manager;
  }

  /**
   * Does {@code act}, and fails unless it is a misuse of {@code kind}: thrown, told to listeners
   * before it returns, or refused by the JDK with an exception that the manager explains so. That
   * misuse does not fail the test any more.
   *
   * @return all that is known of it
   */
  public MisuseReport expectMisuse(MisuseKind kind, Executable act) {
    Objects.requireNonNull(kind, "kind");
    long mark = log.told();
    MisuseReport explained = null;
    try {
      act.execute();
    } catch (Throwable e) {
      explained = explain(e).orElse(null);
      if (explained == null || explained.kind() != kind) {
        throw new AssertionFailedError("expected " + kind + ", not " + e, e);
      }
    }
    List<MisuseReport> told = log.take(kind, mark);
    if (!told.isEmpty()) {
      return told.getFirst();
    }
    if (explained == null) {
      throw new AssertionFailedError("expected " + kind + ", and none was reported");
    }
    return explained;
  }

  private synchronized Optional<MisuseReport> explain(Throwable error) {
    return Stream.concat(Stream.ofNullable(own), watched.stream().map(WatchedManager::manager))
        .flatMap(manager -> manager.explain(error).stream())
        .findFirst();
  }

  private void checkNotEnded() {
    if (ended) {
      throw new IllegalStateException("the test " + test + " has ended");
    }
  }

  /**
   * Ends the check.
   *
   * @param failure by which the test has failed already, or null
   * @throws AssertionFailedError if memory was misused
   */
  void end(@Nullable Throwable failure) {
    Optional<MisuseReport> explained = failure == null ? Optional.empty() : explain(failure);
    List<MisuseReport> found = new ArrayList<>(endManagers());
    found.addAll(0, log.reports());
    // What was thrown as a report was told as well.
    explained
        .filter(report -> found.stream().noneMatch(told -> told == report))
        .ifPresent(report -> found.addFirst(report));
    List<MisuseReport> unexpected =
        found.stream().filter(report -> !expected.contains(report.kind())).toList();
    if (!unexpected.isEmpty()) {
      throw new AssertionFailedError(Findings.text(test, unexpected));
    }
    for (MisuseKind kind : expected) {
      // A test that was cut short may not have come to it.
      if (failure == null && found.stream().noneMatch(report -> report.kind() == kind)) {
        throw new AssertionFailedError("expected " + kind + ", and none was reported in " + test);
      }
    }
  }

  /** Ends what the test's managers have to do with it; returns what only shows at their end. */
  private synchronized List<MisuseReport> endManagers() {
    if (ended) {
      return List.of();
    }
    ended = true;
    List<MisuseReport> found = new ArrayList<>();
    for (WatchedManager manager : watched) {
      found.addAll(manager.end());
    }
    MemoryManager manager = own;
    if (manager != null) {
      closeUnlessClosed(manager);
    }
    return found;
  }

  private static void closeUnlessClosed(MemoryManager manager) {
    try {
      manager.close();
    } catch (IllegalStateException e) {
      // The test has closed it by itself.
    }
  }

  /** Closes what a test has left that ended before it began, as by a constructor that throws. */
  void abandon() {
    List<MisuseReport> _ = endManagers();
  }
}
