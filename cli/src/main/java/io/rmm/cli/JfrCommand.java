package io.rmm.cli;

import io.rmm.cli.attach.AttachException;
import io.rmm.cli.attach.JvmConnection;
import io.rmm.cli.attach.RemoteRecorder;
import io.rmm.dashboards.console.Amounts;
import io.rmm.dashboards.console.ManagerName;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import javax.management.JMException;
import jdk.management.jfr.RecordingInfo;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Records in a running program, with settings that have RMM's events. */
@Command(
    name = "jfr",
    description = {
      "Starts, dumps and stops a Flight Recorder recording in a running JVM, with the settings of"
          + " RMM over those of the JVM.",
      "'rmm report' reads what it writes."
    },
    mixinStandardHelpOptions = true,
    versionProvider = Rmm.ManifestVersion.class,
    exitCodeListHeading = "%nExit codes:%n",
    exitCodeList = {
      "0:done",
      "1:the JVM cannot be attached to, or the recording not be started, found or written",
      "2:wrong usage"
    })
final class JfrCommand implements Callable<Integer> {

  private static final DateTimeFormatter TIMESTAMP = DateTimeFormatter.ofPattern("yyyyMMdd-HHmmss");

  /** What is to be done. */
  enum Action {
    START,
    DUMP,
    STOP,
    CHECK
  }

  @Spec private CommandSpec spec;

  @Parameters(
      index = "0",
      paramLabel = "PID",
      converter = ProcessNumberConverter.class,
      description = "The process.")
  private long pid;

  @Parameters(
      index = "1",
      arity = "0..1",
      paramLabel = "ACTION",
      defaultValue = "check",
      description = {
        "start: begin to record.",
        "dump: write what was recorded, and record on.",
        "stop: write it, and end the recording.",
        "check: list the recordings; so it is if none is given."
      })
  private Action action;

  @Option(
      names = "--name",
      paramLabel = "NAME",
      defaultValue = "rmm",
      description =
          "Of the recording; its number does for dump and stop. Default: ${DEFAULT-VALUE}.")
  private String name;

  @Option(
      names = "--settings",
      paramLabel = "SETTINGS",
      description = {
        "For start. default: the JVM's default.jfc with rmm.jfc over it;",
        "profile: its profile.jfc with rmm.jfc;",
        "leak: default.jfc with rmm-leak.jfc, which has single allocations and frees;",
        "only: the events of RMM alone, for recordings that are given to others.",
        "default if not given."
      })
  private @Nullable JfrSettings settings;

  @Option(
      names = "--for",
      paramLabel = "TIME",
      converter = DurationConverter.class,
      description = "For start: after which time the recording stops. Never if not given.")
  private @Nullable Duration duration;

  @Option(
      names = "--max-age",
      paramLabel = "TIME",
      converter = DurationConverter.class,
      description = "For start: what is older is dropped. Nothing is for its age if not given.")
  private @Nullable Duration maxAge;

  // A day of the default settings, or some hours of a busy program; and what a disk can spare.
  @Option(
      names = "--max-size",
      paramLabel = "SIZE",
      converter = ByteSizeConverter.class,
      description = "For start: how much is kept on the target's disk. 250m if not given.")
  private @Nullable Long maxSize;

  @Option(
      names = {"-o", "--output"},
      paramLabel = "FILE",
      description = "For dump and stop: where to write. Default: rmm-PID-TIMESTAMP.jfr.")
  private @Nullable Path output;

  @Option(
      names = {"-f", "--force"},
      description = "For dump and stop: write over a file that is there.")
  private boolean force;

  @Option(names = "--discard", description = "For stop: write nothing.")
  private boolean discard;

  /** A signal has come while a recording was being written. */
  private volatile boolean brokenOff;

  /** Made by picocli. */
  JfrCommand() {}

  @Override
  public Integer call() {
    check();
    try (JvmConnection jvm = JvmConnection.open(pid)) {
      RemoteRecorder recorder = RemoteRecorder.of(jvm);
      switch (action) {
        case START -> start(jvm, recorder);
        case DUMP -> dump(recorder, find(recorder));
        case STOP -> stop(recorder, find(recorder));
        case CHECK -> list(recorder.recordings());
      }
      return ExitCode.OK;
    } catch (AttachException | JMException | IOException e) {
      return Messages.fail(spec, e);
    }
  }

  private void check() {
    boolean starts = settings != null || duration != null || maxAge != null || maxSize != null;
    if (starts && action != Action.START) {
      throw wrong("--settings, --for, --max-age and --max-size are for start");
    }
    boolean writes = action == Action.DUMP || action == Action.STOP;
    if ((output != null || force) && !writes) {
      throw wrong("--output and --force are for dump and stop");
    }
    if (discard && (action != Action.STOP || output != null)) {
      throw wrong("--discard is for stop without --output");
    }
    if (name.isBlank()) {
      throw wrong("--name must not be blank");
    }
    for (Duration time : new @Nullable Duration[] {duration, maxAge}) {
      if (time != null && time.compareTo(Duration.ofSeconds(1)) < 0) {
        throw wrong("--for and --max-age must be 1s or more");
      }
    }
    if (maxSize != null && maxSize < 1 << 20) {
      throw wrong("--max-size must be 1m or more");
    }
  }

  private ParameterException wrong(String message) {
    return new ParameterException(spec.commandLine(), message);
  }

  private void start(JvmConnection jvm, RemoteRecorder recorder)
      throws AttachException, JMException {
    if (recorder.recordings().stream().anyMatch(this::isMeant)) {
      throw new AttachException(
          "process "
              + pid
              + " has a recording '"
              + name
              + "' already: stop it, or give another --name");
    }
    if (jvm.call(ManagerName::all).isEmpty()) {
      Messages.warn(
          spec, "process " + pid + " shows no memory manager; events of RMM come when it has one");
    }
    JfrSettings chosen = settings == null ? JfrSettings.DEFAULT : settings;
    Map<String, String> options = new HashMap<>();
    options.put("name", name);
    options.put("maxSize", Long.toString(maxSize == null ? 250L << 20 : maxSize));
    if (maxAge != null) {
      options.put("maxAge", maxAge.toMillis() + " ms");
    }
    if (duration != null) {
      options.put("duration", duration.toMillis() + " ms");
    }
    recorder.start(chosen.in(recorder), options);
    Messages.say(spec, "Process %d records '%s' with %s.".formatted(pid, name, chosen.describe()));
    Messages.say(spec, "To have what was recorded: rmm jfr " + pid + " dump" + nameOption());
  }

  private String nameOption() {
    return name.equals("rmm") ? "" : " --name " + name;
  }

  private void dump(RemoteRecorder recorder, RecordingInfo recording)
      throws AttachException, JMException, IOException {
    Path file =
        output == null
            ? Path.of(
                "rmm-%d-%s.jfr"
                    .formatted(pid, TIMESTAMP.format(LocalDateTime.now(ZoneId.systemDefault()))))
            : output;
    // What is made in the target for this is removed first; a second signal ends this at once.
    TerminationSignals.onFirst(() -> brokenOff = true);
    try (StagedFiles files = StagedFiles.forOwner(force)) {
      files.<JMException, AttachException>add(
          file, out -> recorder.copy(recording, out, () -> brokenOff));
      files.commit();
    }
    Messages.say(spec, "Recording: " + file);
  }

  private void stop(RemoteRecorder recorder, RecordingInfo recording)
      throws AttachException, JMException, IOException {
    recorder.stop(recording);
    if (!discard) {
      // If it cannot be written, it is there still, and can be asked for again.
      dump(recorder, find(recorder));
    }
    recorder.close(recording.getId());
    Messages.say(
        spec,
        "Process %d no longer records '%s'.".formatted(pid, Amounts.brief(recording.getName())));
  }

  private void list(List<RecordingInfo> recordings) {
    if (recordings.isEmpty()) {
      Messages.say(spec, "Process " + pid + " has no recording.");
    }
    for (RecordingInfo recording : recordings) {
      Messages.say(
          spec,
          "%4d  %-20s %-8s %9s  since %s"
              .formatted(
                  recording.getId(),
                  Amounts.brief(recording.getName()),
                  recording.getState().toLowerCase(Locale.ROOT),
                  Amounts.bytes(recording.getSize()),
                  LocalDateTime.ofInstant(
                          Instant.ofEpochMilli(recording.getStartTime()), ZoneId.systemDefault())
                      .withNano(0)));
    }
  }

  private RecordingInfo find(RemoteRecorder recorder) throws AttachException, JMException {
    List<RecordingInfo> recordings = recorder.recordings();
    return recordings.stream()
        .filter(this::isMeant)
        .findFirst()
        .orElseThrow(
            () ->
                new AttachException(
                    "process "
                        + pid
                        + " has no recording '"
                        + name
                        + "'"
                        + (recordings.isEmpty()
                            ? "; 'rmm jfr " + pid + " start' begins one"
                            : ", but "
                                + recordings.stream()
                                    .map(other -> "'" + Amounts.brief(other.getName()) + "'")
                                    .collect(Collectors.joining(", ")))));
  }

  private boolean isMeant(RecordingInfo recording) {
    return recording.getName().equals(name) || Long.toString(recording.getId()).equals(name);
  }
}
