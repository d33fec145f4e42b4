package io.rmm.allocator.postmortem;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFileAttributes;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * The directory in which processes leave the files of their guarded blocks: the user's own, 0700,
 * and the files 0600, as they hold addresses and names of threads.
 *
 * <p>A process removes its file when it ends in good order. What it finds of others that have died
 * it removes when it begins, but for the {@value #KEPT} newest of the last week: these are what
 * somebody may yet want explained, and the process that follows a crash at once would take it away.
 * Files are recognised as another's by number and start of the process; nothing in them is read.
 */
public final class SlotDirectory {

  /** Crashes that can be explained: a process that crashes again and again leaves no more. */
  private static final int KEPT = 8;

  /** How long somebody may take to ask. */
  private static final Duration KEPT_FOR = Duration.ofDays(7);

  /**
   * The operating system tells the start of a process in hundredths of a second since its own, and
   * the conversion may come out differently by one or two.
   */
  private static final long START_TOLERANCE_MILLIS = 1000;

  /** How many processes of one number that began at one time are told apart: two class loaders. */
  private static final int NAMES = 16;

  private static final Pattern NAME =
      Pattern.compile(
          SlotFormat.FILE_PREFIX
              + "(\\d{1,18})-(\\d{1,18})-\\d+"
              + Pattern.quote(SlotFormat.FILE_SUFFIX));

  private SlotDirectory() {}

  /**
   * Returns the directory of this process: the system property {@code rmm.guard.dir}, and unless it
   * is set {@code rmm-} and the user's name below that for temporary files.
   */
  public static Path ofProcess() {
    String set = System.getProperty("rmm.guard.dir");
    return set != null && !set.isBlank()
        ? Path.of(set)
        : Path.of(
            System.getProperty("java.io.tmpdir"),
            "rmm-" + System.getProperty("user.name", "").replaceAll("[^\\w.-]", "_"));
  }

  /** Returns the files that a process of that number has left, the newest first. */
  public static List<Path> filesOf(Path directory, long pid) throws IOException {
    return files(directory).stream()
        .filter(
            file -> matcher(file).map(name -> Long.parseLong(name.group(1)) == pid).orElse(false))
        .toList();
  }

  /** Returns when a process began, in milliseconds since 1970; 0 if it cannot be told. */
  static long startedMillis(ProcessHandle process) {
    return process.info().startInstant().map(Instant::toEpochMilli).orElse(0L);
  }

  /** Makes this process's file, of so many bytes, and maps it for as long as the process lives. */
  static MemorySegment create(Path directory, int bytes) throws IOException {
    makePrivate(directory);
    Path file = createFile(directory);
    try {
      checkOwner(directory, file);
      removeLeftOver(directory);
      try (FileChannel channel =
          FileChannel.open(file, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
        // Lest a full disk be found out by a store.
        fill(channel, bytes);
        MemorySegment mapped =
            channel.map(FileChannel.MapMode.READ_WRITE, 0, bytes, Arena.global());
        file.toFile().deleteOnExit();
        return mapped;
      }
    } catch (IOException | RuntimeException e) {
      Files.deleteIfExists(file);
      throw e;
    }
  }

  private static void fill(FileChannel channel, int bytes) throws IOException {
    ByteBuffer zeros = ByteBuffer.allocate(1 << 16);
    for (int left = bytes; left > 0; ) {
      zeros.clear().limit(Math.min(left, zeros.capacity()));
      left -= channel.write(zeros);
    }
  }

  private static void makePrivate(Path directory) throws IOException {
    if (Files.notExists(directory, LinkOption.NOFOLLOW_LINKS)) {
      try {
        Files.createDirectories(directory.toAbsolutePath().getParent());
        Files.createDirectory(
            directory,
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
      } catch (FileAlreadyExistsException e) {
        // Another process of this user has been faster, or it is looked at below.
      }
    }
    PosixFileAttributes attributes = attributes(directory);
    Set<PosixFilePermission> others = new HashSet<>(attributes.permissions());
    others.removeAll(PosixFilePermissions.fromString("rwx------"));
    if (!attributes.isDirectory() || !others.isEmpty()) {
      throw new IOException(
          directory
              + " is not a directory that its owner alone may use, as it must be (mode 0700)");
    }
  }

  /** A directory with a name that can be guessed may have been made by somebody else. */
  private static void checkOwner(Path directory, Path ownFile) throws IOException {
    if (!attributes(directory).owner().equals(attributes(ownFile).owner())) {
      throw new IOException(directory + " belongs to another user");
    }
  }

  private static PosixFileAttributes attributes(Path path) throws IOException {
    return Files.readAttributes(path, PosixFileAttributes.class, LinkOption.NOFOLLOW_LINKS);
  }

  private static Path createFile(Path directory) throws IOException {
    ProcessHandle self = ProcessHandle.current();
    for (int i = 0; i < NAMES; i++) {
      Path file =
          directory.resolve(
              SlotFormat.FILE_PREFIX
                  + self.pid()
                  + "-"
                  + startedMillis(self)
                  + "-"
                  + i
                  + SlotFormat.FILE_SUFFIX);
      try {
        return Files.createFile(
            file,
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
      } catch (FileAlreadyExistsException e) {
        // Of a second class loader's RMM in this process.
      }
    }
    throw new IOException(directory + " has too many files of this process");
  }

  private static void removeLeftOver(Path directory) throws IOException {
    Instant oldest = Instant.now().minus(KEPT_FOR);
    int kept = 0;
    for (Path file : files(directory)) {
      if (!matcher(file).map(SlotDirectory::isOfLivingProcess).orElse(true)) {
        if (kept < KEPT && modified(file).toInstant().isAfter(oldest)) {
          kept++;
        } else {
          removeIfPossible(file);
        }
      }
    }
  }

  private static void removeIfPossible(Path file) {
    try {
      Files.deleteIfExists(file);
    } catch (IOException e) {
      // It stays; this process's own file has nothing to do with it.
    }
  }

  private static boolean isOfLivingProcess(Matcher name) {
    long started = Long.parseLong(name.group(2));
    return ProcessHandle.of(Long.parseLong(name.group(1)))
        .filter(process -> Math.abs(startedMillis(process) - started) <= START_TOLERANCE_MILLIS)
        .isPresent();
  }

  /** Returns the files in the directory, those that were written last first. */
  private static List<Path> files(Path directory) throws IOException {
    try (Stream<Path> all = Files.list(directory)) {
      return all.filter(file -> matcher(file).isPresent())
          .sorted(Comparator.comparing(SlotDirectory::modified).reversed())
          .toList();
    }
  }

  private static FileTime modified(Path file) {
    try {
      return Files.getLastModifiedTime(file, LinkOption.NOFOLLOW_LINKS);
    } catch (IOException e) {
      // Gone meanwhile.
      return FileTime.fromMillis(0);
    }
  }

  private static Optional<Matcher> matcher(Path file) {
    return Optional.of(NAME.matcher(file.getFileName().toString())).filter(Matcher::matches);
  }
}
