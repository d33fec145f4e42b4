package io.rmm.cli;

import io.rmm.demo.Demo;
import io.rmm.demo.DemoException;
import io.rmm.demo.DemoOptions;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.time.Duration;
import java.time.LocalDateTime;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** Runs the main job: a cache server on RMM, observed in every way, with a load of its own. */
@Command(
    name = "demo",
    description =
        "Runs an off-heap cache that speaks the Redis protocol, with a load that has two faults"
            + " planted, and shows and records what becomes of its memory.",
    mixinStandardHelpOptions = true,
    versionProvider = Rmm.ManifestVersion.class,
    footerHeading = "%nEnvironment:%n",
    footer = {
      "OTEL_EXPORTER_OTLP_ENDPOINT  where OpenTelemetry metrics and events go; nowhere if not set",
      "NO_COLOR                     if set, no bold letters and no colours"
    },
    exitCodeListHeading = "%nExit codes:%n",
    exitCodeList = {
      "0:the demo ran, and was ended by --for, Ctrl-C or SIGTERM",
      "1:it could not run, or its recording not be written",
      "2:wrong usage"
    })
final class DemoCommand implements Callable<Integer> {

  private static final DateTimeFormatter TIMESTAMP = DateTimeFormatter.ofPattern("yyyyMMdd-HHmmss");

  @Spec private CommandSpec spec;

  @Option(
      names = "--for",
      paramLabel = "TIME",
      converter = DurationConverter.class,
      description = "How long to run, for example 60s, 5m or 1h; until Ctrl-C unless given.")
  private @Nullable Duration duration;

  @Option(
      names = "--port",
      paramLabel = "N",
      defaultValue = "" + DemoOptions.DEFAULT_PORT,
      description = "The port of 127.0.0.1 to listen on; 0 for any. Default: ${DEFAULT-VALUE}.")
  private int port;

  @Option(
      names = "--record",
      paramLabel = "FILE",
      description = "The Flight Recorder file to write. Default: rmm-demo-TIMESTAMP.jfr.")
  private @Nullable Path recording;

  @Option(
      names = "--seed",
      paramLabel = "N",
      defaultValue = "42",
      description = "Decides what the built-in load does. Default: ${DEFAULT-VALUE}.")
  private long seed;

  @Option(
      names = "--quiet-load",
      description = "Leave the built-in load and its planted faults off.")
  private boolean quiet;

  // A gibibyte takes the largest value that the protocol allows, 512 MiB; nothing is reserved.
  @Option(
      names = "--limit",
      paramLabel = "SIZE",
      defaultValue = "1g",
      converter = ByteSizeConverter.class,
      description =
          "The most memory of each of the 16 databases, for example 64m. Default:"
              + " ${DEFAULT-VALUE}.")
  private long limit;

  /** Made by picocli. */
  DemoCommand() {}

  @Override
  public Integer call() {
    PrintWriter out = spec.commandLine().getOut();
    boolean terminal = Terminals.present();
    Demo demo = new Demo(options(), out, terminal, terminal && Terminals.coloursWanted());
    TerminationSignals.onFirst(demo::stop);
    try {
      demo.run();
      return ExitCode.OK;
    } catch (DemoException e) {
      spec.commandLine().getErr().println("rmm: " + e.getMessage());
      return ExitCode.SOFTWARE;
    }
  }

  private DemoOptions options() {
    Path file =
        recording == null
            ? Path.of(
                "rmm-demo-" + TIMESTAMP.format(LocalDateTime.now(ZoneId.systemDefault())) + ".jfr")
            : recording;
    try {
      return new DemoOptions(Optional.ofNullable(duration), port, file, seed, quiet, limit);
    } catch (IllegalArgumentException e) {
      throw new ParameterException(spec.commandLine(), String.valueOf(e.getMessage()), e);
    }
  }
}
