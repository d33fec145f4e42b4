package io.rmm.cli;

import io.rmm.analysis.UnreadableRecordingException;
import io.rmm.analysis.report.HtmlReport;
import io.rmm.analysis.report.JsonReport;
import io.rmm.analysis.report.Report;
import io.rmm.analysis.report.TextReport;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.logging.Level;
import java.util.logging.Logger;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Reads a recording and writes a report of it: a page, JSON, and a few lines to the terminal. */
@Command(
    name = "report",
    description = "Says what is wrong in a recording, and writes a report of it.",
    mixinStandardHelpOptions = true,
    versionProvider = Rmm.ManifestVersion.class,
    exitCodeListHeading = "Exit codes:%n",
    exitCodeList = {
      "0:the report was written, whatever was found",
      "1:the recording could not be read, or the report not be written",
      "2:wrong usage"
    })
final class ReportCommand implements Callable<Integer> {

  // JMC logs what is of no use here, such as fields of newer JDKs that it does not know. Held here,
  // because a logger that nobody holds is collected together with its level.
  private static final Logger JMC = Logger.getLogger("org.openjdk.jmc");

  @Spec private CommandSpec spec;

  @Parameters(paramLabel = "FILE", description = "The recording, a .jfr file.")
  private Path recording;

  @Option(
      names = "--html",
      paramLabel = "OUT",
      description =
          "Where to write the page. Without --html and --json: beside FILE, ending with .html.")
  private @Nullable Path html;

  @Option(
      names = "--json",
      paramLabel = "OUT",
      description = "Where to write the same content as JSON.")
  private @Nullable Path json;

  /** Made by picocli. */
  ReportCommand() {}

  @Override
  public Integer call() {
    Path page = html == null && json == null ? beside(recording) : html;
    checkPaths(page, json);
    JMC.setLevel(Level.OFF);
    try {
      Report report = Report.of(recording);
      write(report, page, json);
      tell(report, page, json);
      return ExitCode.OK;
    } catch (UnreadableRecordingException | IOException e) {
      spec.commandLine().getErr().println("rmm: " + e.getMessage());
      return ExitCode.SOFTWARE;
    }
  }

  private static Path beside(Path recording) {
    String name = String.valueOf(recording.getFileName());
    String stem = name.endsWith(".jfr") ? name.substring(0, name.length() - 4) : name;
    return recording.resolveSibling(stem + ".html");
  }

  /** Keeps a report from being written over the recording or over another report. */
  private void checkPaths(@Nullable Path page, @Nullable Path data) {
    List<Path> paths =
        Stream.of(recording, page, data)
            .filter(path -> path != null)
            .map(path -> path.toAbsolutePath().normalize())
            .toList();
    if (paths.stream().distinct().count() < paths.size()) {
      throw new ParameterException(
          spec.commandLine(), "FILE, --html and --json must be different files");
    }
  }

  private static void write(Report report, @Nullable Path page, @Nullable Path data)
      throws IOException {
    try (StagedFiles files = new StagedFiles()) {
      if (page != null) {
        files.add(page, HtmlReport.render(report));
      }
      if (data != null) {
        files.add(data, JsonReport.render(report));
      }
      files.commit();
    }
  }

  private void tell(Report report, @Nullable Path page, @Nullable Path data) {
    var out = spec.commandLine().getOut();
    out.print(TextReport.render(report));
    if (page != null) {
      out.println("Page: " + page);
    }
    if (data != null) {
      out.println("JSON: " + data);
    }
    out.flush();
  }
}
