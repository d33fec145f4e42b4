package io.rmm.allocator;

import io.rmm.allocator.container.ControlGroupMemory;
import io.rmm.allocator.container.StalledTime;
import io.rmm.allocator.log.Log;
import java.io.IOException;
import java.lang.System.Logger.Level;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.Executor;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * How short of memory the process is, whatever its managers hold: by the limits of its container,
 * and by the time that is lost in waiting for memory.
 *
 * <p>There is one for the process, which all managers look at, so that the files are read once a
 * second and no more. Where they cannot be read, on other systems or by a policy, there is no
 * shortage, and one line in the log (level DEBUG) says so for each of the two.
 *
 * <p>The clock's thread asks, which is one for all managers, and a thread of its own reads: on a
 * machine with very many groups the kernel adds up their statistics for a reader, and where a
 * program stands behind such files it may not answer at all. While a reading lasts, what was read
 * before holds.
 */
final class ProcessPressure {

  /** That of this process. */
  static final ProcessPressure OF_THIS_PROCESS =
      new ProcessPressure(
          Path.of("/"),
          System::nanoTime,
          Executors.newSingleThreadExecutor(
              Thread.ofPlatform()
                  .daemon()
                  .name("rmm-pressure")
                  .inheritInheritableThreadLocals(false)
                  .factory()));

  private static final long PERIOD_NANOS = 1_000_000_000;

  /**
   * How long a process is taken to stay in its group. It seldom leaves one, and to find it takes a
   * look at all mounts, of which there may be thousands.
   */
  private static final long SAME_GROUP_NANOS = 30 * PERIOD_NANOS;

  /** The part of a container's limit that is left when it gets short: a tenth. */
  private static final int SOFT_PART = 10;

  /**
   * The part that is left when there is as good as nothing: a twentieth. At the limit itself nobody
   * is told any more.
   */
  private static final int HARD_PART = 20;

  /**
   * Percent of ten seconds in which some thread waited: at which systemd tells services, unless
   * set, to give memory back ({@code DefaultMemoryPressureThresholdSec}, 200 ms in 2 s).
   */
  private static final double SOFT_SOME = 10;

  /**
   * Percent of ten seconds in which nobody could work: half of that at which systemd-oomd, unless
   * set, begins to count the half minute until it ends processes.
   */
  private static final double HARD_FULL = 30;

  /** By how much the time lost must have fallen below the one that began a level to end it. */
  private static final double PART_TO_LEAVE = 0.5;

  /**
   * How short memory is by one of the two.
   *
   * @param level the level
   * @param used bytes that the container holds, 0 if that is not known
   * @param limit bytes that it may hold, {@link Long#MAX_VALUE} if there is no limit or none known
   */
  record Shortage(PressureLevel level, long used, long limit) {

    static final Shortage NONE = new Shortage(PressureLevel.NONE, 0, Long.MAX_VALUE);
  }

  private final Path root;
  private final LongSupplier nanoTime;
  private final Executor reader;
  private final AtomicBoolean isReading = new AtomicBoolean();
  private boolean wasRead;
  private long readNanos;
  private @Nullable ControlGroupMemory groups;
  private long foundNanos;
  private volatile Shortage ofContainer = Shortage.NONE;
  private volatile Shortage ofTime = Shortage.NONE;
  private boolean containerFailed;
  private boolean timeFailed;

  /**
   * Makes a reader.
   *
   * @param root the folder in which {@code proc} and {@code sys} are: {@code /}, but in tests
   * @param nanoTime the clock
   * @param reader runs each reading
   */
  ProcessPressure(Path root, LongSupplier nanoTime, Executor reader) {
    this.root = root;
    this.nanoTime = nanoTime;
    this.reader = reader;
  }

  /** Returns how short memory is by the limits of the container. */
  Shortage ofContainer() {
    readIfDue();
    return ofContainer;
  }

  /** Returns how short memory is by the time that is lost in waiting for it. */
  Shortage ofTime() {
    readIfDue();
    return ofTime;
  }

  private void readIfDue() {
    long now = nanoTime.getAsLong();
    if ((wasRead && now - readNanos < PERIOD_NANOS) || !isReading.compareAndSet(false, true)) {
      return;
    }
    wasRead = true;
    readNanos = now;
    try {
      reader.execute(() -> read(now));
    } catch (OutOfMemoryError e) {
      // There is no thread to be had; a second later perhaps.
      isReading.set(false);
    }
  }

  private void read(long now) {
    try {
      readContainer(now);
      readTime();
    } catch (OutOfMemoryError e) {
      // The Java heap has no room for it; a second later perhaps.
    } finally {
      isReading.set(false);
    }
  }

  private void readContainer(long now) {
    try {
      ofContainer = container(now);
    } catch (IOException | RuntimeException e) {
      ofContainer = Shortage.NONE;
      groups = null;
      if (!containerFailed) {
        containerFailed = true;
        Log.logger().log(Level.DEBUG, "the limits of the container are not looked at", e);
      }
    }
  }

  private void readTime() {
    try {
      ofTime = time();
    } catch (IOException | RuntimeException e) {
      ofTime = Shortage.NONE;
      if (!timeFailed) {
        timeFailed = true;
        Log.logger().log(Level.DEBUG, "the time lost in waiting for memory is not looked at", e);
      }
    }
  }

  private Shortage container(long now) throws IOException {
    if (groups == null || now - foundNanos >= SAME_GROUP_NANOS) {
      groups = ControlGroupMemory.find(root);
      foundNanos = now;
    }
    ControlGroupMemory.Reading group = groups.nearest();
    long soft = Math.min(group.high(), group.max() - group.max() / SOFT_PART);
    long hard = group.max() - group.max() / HARD_PART;
    if (group.max() == Long.MAX_VALUE) {
      soft = group.high();
      hard = Long.MAX_VALUE;
    }
    BudgetLimits limits = new BudgetLimits(0, Math.min(soft, hard), Math.max(1, hard));
    PressureLevel level =
        PressureWatch.held(
            ofContainer.level(), PressureLevel.of(group.used(), limits), group.used(), limits);
    return new Shortage(level, group.used(), Math.min(group.high(), group.max()));
  }

  private Shortage time() throws IOException {
    StalledTime stalled = StalledTime.read(stalledTime());
    PressureLevel before = ofTime.level();
    PressureLevel level = PressureLevel.NONE;
    if (reaches(stalled.full(), HARD_FULL, before == PressureLevel.HARD)) {
      level = PressureLevel.HARD;
    } else if (reaches(stalled.some(), SOFT_SOME, before != PressureLevel.NONE)) {
      level = PressureLevel.SOFT;
    }
    return new Shortage(level, ofContainer.used(), ofContainer.limit());
  }

  private static boolean reaches(double percent, double threshold, boolean held) {
    return held ? percent >= threshold * PART_TO_LEAVE : percent >= threshold;
  }

  /** That of the container, where it is told: others on the machine are not its concern. */
  private Path stalledTime() {
    Path ofGroup = groups == null ? null : groups.stalledTime().orElse(null);
    return ofGroup != null && Files.exists(ofGroup)
        ? ofGroup
        : root.resolve(StalledTime.OF_THE_MACHINE);
  }
}
