package io.rmm.cli;

import io.rmm.allocator.postmortem.Diagnosis;
import io.rmm.allocator.postmortem.SlotDirectory;
import io.rmm.allocator.postmortem.SlotFile;
import io.rmm.cli.crash.CrashLog;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/**
 * Says which block a JVM died of, from its crash log and the file of its guarded blocks.
 *
 * <p>The file that the log itself names among the mappings is that process's for certain. One that
 * is found by the process's number may be of an earlier process with the same number; then the
 * start of the process decides, which both tell.
 */
@Command(
    name = "explain",
    description = "Says which block a JVM died of, from its crash log (hs_err_pidN.log).",
    mixinStandardHelpOptions = true,
    versionProvider = Rmm.ManifestVersion.class,
    exitCodeListHeading = "Exit codes:%n",
    exitCodeList = {
      "0:the block is named",
      "1:the log cannot be read, is none, or ends before it names the address",
      "2:wrong usage",
      "3:no guarded block had to do with the crash, or none that is known"
    })
final class ExplainCommand implements Callable<Integer> {

  private static final int UNEXPLAINED = 3;

  /**
   * The log tells the time to the second, and how long the JVM has run, which begins some time
   * after the process did. No machine gives a number to another process so soon.
   */
  private static final Duration START_TOLERANCE = Duration.ofSeconds(5);

  @Spec private CommandSpec spec;

  @Parameters(paramLabel = "FILE", description = "The crash log, hs_err_pidN.log.")
  private Path log;

  @Option(
      names = "--slots",
      paramLabel = "DIR",
      description =
          "Where the process left the file of its guarded blocks; what its rmm.guard.dir was."
              + " Unless given, where the log says, or else the usual place.")
  private @Nullable Path directory;

  /** Made by picocli. */
  ExplainCommand() {}

  @Override
  public Integer call() {
    try {
      if (directory != null && !Files.isDirectory(directory)) {
        throw new IOException(directory + " is not a directory");
      }
      CrashLog crash = CrashLog.read(log);
      if (crash.faultAddress().isEmpty()) {
        return Messages.fail(spec, new IOException(noAddress(crash)));
      }
      return explain(crash, crash.faultAddress().getAsLong());
    } catch (IOException e) {
      return Messages.fail(spec, e);
    }
  }

  private String noAddress(CrashLog crash) {
    return log
        + " does not tell the address of the access"
        + (crash.complete() ? "" : "; it is cut off")
        + ": there is nothing to explain it by";
  }

  private int explain(CrashLog crash, long address) throws IOException {
    List<SlotFile> files = files(crash);
    for (SlotFile file : files) {
      Optional<Diagnosis> diagnosis = Diagnosis.of(file, address);
      if (diagnosis.isPresent()) {
        new CrashText(line -> Messages.say(spec, line)).tell(crash, diagnosis.get());
        return ExitCode.OK;
      }
    }
    Messages.say(spec, foreign(crash, address, files));
    return UNEXPLAINED;
  }

  private static String foreign(CrashLog crash, long address, List<SlotFile> files) {
    if (files.isEmpty()) {
      return "Process "
          + crash.pid()
          + " left no file of guarded blocks that is known to be its own: either it had none, or"
          + " the file lies elsewhere (--slots), or is gone. Whether one of them has to do with"
          + " this "
          + crash.signal()
          + " cannot be told.";
    }
    return files.stream().anyMatch(file -> file.contains(address))
        ? "The access was to memory of a guarded block that was freed too long ago to be known, or"
            + " to a live one, where no guard stands. Most likely a use after free."
        : "A foreign crash: the access was to none of the "
            + files.stream().mapToInt(file -> file.records().size()).sum()
            + " guarded blocks that are known, nor next to one. RMM's guards did not cause this "
            + crash.signal()
            + ".";
  }

  /**
   * Returns the files that are this process's.
   *
   * @throws IOException if there are only such as cannot be read
   */
  private List<SlotFile> files(CrashLog crash) throws IOException {
    List<IOException> failures = new ArrayList<>();
    List<SlotFile> files = new ArrayList<>();
    for (Path named : crash.slotFiles()) {
      Path path = inDirectory(named);
      if (Files.exists(path)) {
        read(path, failures).ifPresent(files::add);
      }
    }
    Path where = directory != null ? directory : SlotDirectory.ofProcess();
    if (files.isEmpty() && failures.isEmpty() && Files.isDirectory(where)) {
      for (Path path : SlotDirectory.filesOf(where, crash.pid())) {
        read(path, failures).filter(file -> isOf(file, crash, path)).ifPresent(files::add);
      }
    }
    if (files.isEmpty() && !failures.isEmpty()) {
      throw failures.getFirst();
    }
    // Of two class loaders in one process the one may have been cut off, and not the other.
    failures.forEach(failure -> Messages.warn(spec, String.valueOf(failure.getMessage())));
    return files;
  }

  private static Optional<SlotFile> read(Path path, List<IOException> failures) {
    try {
      return Optional.of(SlotFile.read(path));
    } catch (IOException e) {
      failures.add(e);
      return Optional.empty();
    }
  }

  /** A file may have been brought here from another machine, as the log was. */
  private Path inDirectory(Path named) {
    return directory == null ? named : directory.resolve(named.getFileName());
  }

  private boolean isOf(SlotFile file, CrashLog crash, Path path) {
    boolean same =
        file.pid() == crash.pid()
            && crash.started().filter(started -> isNear(file.startedMillis(), started)).isPresent();
    if (!same) {
      Messages.warn(spec, path + " is of another process, or of an earlier one of that number");
    }
    return same;
  }

  private static boolean isNear(long millis, Instant instant) {
    return Duration.between(Instant.ofEpochMilli(millis), instant).abs().compareTo(START_TOLERANCE)
        <= 0;
  }
}
