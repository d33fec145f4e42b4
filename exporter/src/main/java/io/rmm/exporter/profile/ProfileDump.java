package io.rmm.exporter.profile;

import io.rmm.allocator.AllocationRejection;
import io.rmm.allocator.MemoryListener;
import io.rmm.allocator.MemorySource;
import io.rmm.allocator.log.Log;
import io.rmm.exporter.profile.ProfileSettings.Occasion;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.lang.System.Logger.Level;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;

/**
 * Writes the files of one source.
 *
 * <p>All of it is done by one thread, which is there only while there is something to write. The
 * thread whose allocation is refused looks at the time and hands over, so the profile is of some
 * milliseconds later. The thread that closes the manager, or ends the JVM, waits for the files, but
 * not for ever: a disk that hangs must not keep a program from ending. Nor does it write them
 * itself, as it may be interrupted, and an interrupt closes the file that a thread is writing.
 */
final class ProfileDump implements MemoryListener, AutoCloseable {

  /** Files at rejections: ten times a minute apart show a trend, and no folder overflows. */
  static final int MOST_REJECTION_FILES = 10;

  /** What one storm of rejections lasts; its second profile would show what the first does. */
  static final long REJECTION_INTERVAL_NANOS = TimeUnit.MINUTES.toNanos(1);

  /** What the end of the manager or of the JVM may wait for a disk. */
  private static final long PATIENCE_NANOS = TimeUnit.SECONDS.toNanos(5);

  /**
   * A file's name has room for 255 bytes; budgets are not in it, and managers may be named anyhow.
   */
  private static final int LONGEST_NAME = 64;

  private static final DateTimeFormatter TIME =
      DateTimeFormatter.ofPattern("yyyyMMdd'T'HHmmss.SSS").withZone(ZoneOffset.UTC);

  /** So that no two files of a process have the same name. */
  private static final AtomicInteger SERIAL = new AtomicInteger();

  private final MemorySource source;
  private final ProfileSettings settings;
  private final LongSupplier nanoTime;
  private final AtomicLong lastRejection;
  private final AtomicInteger rejectionFiles = new AtomicInteger();
  private final AtomicBoolean closed = new AtomicBoolean();
  private final ThreadPoolExecutor writer = newWriter();

  /** Takes nothing over from the thread that happens to build the manager. */
  private final Thread exitHook =
      Thread.ofPlatform()
          .name("rmm-profile-exit")
          .inheritInheritableThreadLocals(false)
          .unstarted(this::finish);

  /** Whether the last file could not be written, and the log says so. */
  private volatile boolean failing;

  /** Begins to listen for what {@code settings} ask. */
  ProfileDump(MemorySource source, ProfileSettings settings, LongSupplier nanoTime) {
    this.source = source;
    this.settings = settings;
    this.nanoTime = nanoTime;
    this.lastRejection = new AtomicLong(nanoTime.getAsLong() - REJECTION_INTERVAL_NANOS);
    try {
      Runtime.getRuntime().addShutdownHook(exitHook);
    } catch (IllegalStateException e) {
      // The JVM is ending already: what the manager's close writes is all there will be.
    }
    if (settings.on().contains(Occasion.REJECTION)) {
      source.addListener(this);
    }
  }

  @Override
  public void onRejection(AllocationRejection rejection) {
    long now = nanoTime.getAsLong();
    long last = lastRejection.get();
    if (now - last >= REJECTION_INTERVAL_NANOS
        && rejectionFiles.get() < MOST_REJECTION_FILES
        && lastRejection.compareAndSet(last, now)
        && !closed.get()) {
      handOver(Occasion.REJECTION);
    }
  }

  /** Ends with the source. */
  @Override
  public void close() {
    try {
      Runtime.getRuntime().removeShutdownHook(exitHook);
    } catch (IllegalStateException e) {
      // The JVM is ending, and runs the hook at this moment.
    }
    source.removeListener(this);
    finish();
  }

  private void finish() {
    if (closed.compareAndSet(false, true)) {
      if (settings.on().contains(Occasion.EXIT)) {
        handOver(Occasion.EXIT);
      }
      writer.shutdown();
    }
    // Whoever comes second waits as well: the manager must be there until the profile is taken.
    if (!awaitFiles()) {
      Log.logger("io.rmm.exporter.profile")
          .log(
              Level.WARNING,
              "nobody waits any longer for a heap profile of memory manager {0}: {1} takes too long",
              source.name(),
              settings.directory());
    }
  }

  /** Returns false if the files are not written in time. An interrupt is kept for later. */
  private boolean awaitFiles() {
    long end = System.nanoTime() + PATIENCE_NANOS;
    boolean interrupted = false;
    try {
      while (true) {
        try {
          return writer.awaitTermination(end - System.nanoTime(), TimeUnit.NANOSECONDS);
        } catch (InterruptedException e) {
          interrupted = true;
        }
      }
    } finally {
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }

  private void handOver(Occasion occasion) {
    try {
      writer.execute(() -> write(occasion));
    } catch (RejectedExecutionException e) {
      // It has been closed meanwhile.
    } catch (OutOfMemoryError e) {
      // There is no room for another thread, on the Java heap or in the system.
      failed(e);
    }
  }

  private void write(Occasion occasion) {
    if (occasion == Occasion.REJECTION && rejectionFiles.get() >= MOST_REJECTION_FILES) {
      return; // a disk that hung has let the others through meanwhile
    }
    try {
      Path file = writeFile(HeapProfile.of(source), occasion);
      failing = false;
      if (occasion == Occasion.REJECTION) {
        rejectionFiles.incrementAndGet();
      }
      Log.logger("io.rmm.exporter.profile")
          .log(
              Level.INFO,
              "the heap profile of memory manager {0} at {1} is in {2}",
              source.name(),
              occasion.id(),
              file);
    } catch (IOException | RuntimeException | LinkageError | OutOfMemoryError e) {
      failed(e);
    }
  }

  /** Tells of a failure once, or a full disk would be told with every rejection. */
  private void failed(Throwable failure) {
    if (failing) {
      return;
    }
    try {
      Log.logger("io.rmm.exporter.profile")
          .log(
              Level.WARNING,
              "the heap profile of memory manager "
                  + source.name()
                  + " cannot be written to "
                  + settings.directory()
                  + "; told once until it can",
              failure);
      failing = true;
    } catch (OutOfMemoryError e) {
      // Then the next failure will be told.
    }
  }

  private Path writeFile(HeapProfile profile, Occasion occasion) throws IOException {
    // Made for its owner alone, as temporary files are.
    Path part = Files.createTempFile(settings.directory(), ".rmm-", ".part");
    try {
      try (OutputStream out = new BufferedOutputStream(Files.newOutputStream(part))) {
        profile.write(settings.format(), out);
      }
      // Within a folder this is a renaming; it refuses to take the place of another file.
      return Files.move(part, settings.directory().resolve(fileName(profile, occasion)));
    } finally {
      Files.deleteIfExists(part);
    }
  }

  private String fileName(HeapProfile profile, Occasion occasion) {
    String name = profile.manager().replaceAll("[^A-Za-z0-9_-]", "_");
    return "rmm-%s-%s-%d-%d-%s.%s"
        .formatted(
            name.substring(0, Math.min(LONGEST_NAME, name.length())),
            TIME.format(profile.time()),
            ProcessHandle.current().pid(),
            SERIAL.incrementAndGet(),
            occasion.id(),
            settings.format().extension());
  }

  private static ThreadPoolExecutor newWriter() {
    ThreadPoolExecutor writer =
        new ThreadPoolExecutor(
            1,
            1,
            1,
            TimeUnit.SECONDS,
            new LinkedBlockingQueue<>(),
            Thread.ofPlatform()
                .daemon()
                .name("rmm-profile")
                .inheritInheritableThreadLocals(false)
                .factory());
    writer.allowCoreThreadTimeOut(true);
    return writer;
  }
}
