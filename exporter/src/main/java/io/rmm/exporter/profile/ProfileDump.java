package io.rmm.exporter.profile;

import io.rmm.allocator.AllocationRejection;
import io.rmm.allocator.MemoryListener;
import io.rmm.allocator.MemorySource;
import io.rmm.exporter.profile.ProfileSettings.Occasion;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.lang.System.Logger.Level;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;

/**
 * Writes the files of one source.
 *
 * <p>The thread whose allocation is refused looks at the time and hands over; it writes nothing
 * itself. The profile is therefore of some milliseconds later.
 */
final class ProfileDump implements MemoryListener, AutoCloseable {

  /** Files at rejections: ten times a minute apart show a trend, and no folder overflows. */
  static final int MOST_REJECTION_FILES = 10;

  /** What one storm of rejections lasts; its second profile would show what the first does. */
  static final long REJECTION_INTERVAL_NANOS = TimeUnit.MINUTES.toNanos(1);

  /** What the end of the process may wait for a disk. */
  private static final long PATIENCE_SECONDS = 5;

  /**
   * A file's name has room for 255 bytes; budgets are not in it, and managers may be named anyhow.
   */
  private static final int LONGEST_NAME = 64;

  private static final DateTimeFormatter TIME =
      DateTimeFormatter.ofPattern("yyyyMMdd'T'HHmmss.SSS").withZone(ZoneOffset.UTC);

  private static final System.Logger LOG = System.getLogger("io.rmm.exporter.profile");

  /** So that no two files of a process have the same name. */
  private static final AtomicInteger SERIAL = new AtomicInteger();

  private final MemorySource source;
  private final ProfileSettings settings;
  private final LongSupplier nanoTime;
  private final AtomicLong lastRejection;
  private final AtomicInteger rejectionFiles = new AtomicInteger();
  private final AtomicBoolean failing = new AtomicBoolean();
  private final AtomicBoolean closed = new AtomicBoolean();
  private final ThreadPoolExecutor writer = newWriter();
  private final Thread exitHook = new Thread(this::finish, "rmm-profile-exit");

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
      writer.execute(
          () -> {
            if (write(Occasion.REJECTION)) {
              rejectionFiles.incrementAndGet();
            }
          });
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
    if (!closed.compareAndSet(false, true)) {
      return;
    }
    writer.shutdown();
    try {
      if (!writer.awaitTermination(PATIENCE_SECONDS, TimeUnit.SECONDS)) {
        LOG.log(
            Level.WARNING,
            "a heap profile of memory manager {0} is given up: {1} takes too long",
            source.name(),
            settings.directory());
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    if (settings.on().contains(Occasion.EXIT)) {
      write(Occasion.EXIT);
    }
  }

  private boolean write(Occasion occasion) {
    try {
      Path file = writeFile(HeapProfile.of(source), occasion);
      failing.set(false);
      LOG.log(
          Level.INFO,
          "the heap profile of memory manager {0} at {1} is in {2}",
          source.name(),
          occasion.id(),
          file);
      return true;
    } catch (IOException | RuntimeException | LinkageError | OutOfMemoryError e) {
      // Once, or a full disk would be told with every rejection.
      if (failing.compareAndSet(false, true)) {
        LOG.log(
            Level.WARNING,
            "the heap profile of memory manager "
                + source.name()
                + " cannot be written to "
                + settings.directory()
                + "; told once until it can",
            e);
      }
      return false;
    }
  }

  private Path writeFile(HeapProfile profile, Occasion occasion) throws IOException {
    // Made for its owner alone, as temporary files are.
    Path part = Files.createTempFile(settings.directory(), ".rmm-", ".part");
    try {
      try (OutputStream out = new BufferedOutputStream(Files.newOutputStream(part))) {
        profile.write(settings.format(), out);
      }
      Path file = settings.directory().resolve(fileName(profile, occasion));
      return Files.move(part, file, StandardCopyOption.ATOMIC_MOVE);
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

  /** One thread, which is there only while it has something to do. */
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
