package io.rmm.benchmarks.run;

import io.rmm.benchmarks.peer.NativeLibrary;
import io.rmm.benchmarks.peer.PeerKind;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** The command {@code rmm bench}. */
@Command(
    name = "rmm bench",
    description =
        "Measures RMM against its peers, each in JVMs of its own, and prints a table for each kind"
            + " of work, with ratios and with what was to be reached.",
    mixinStandardHelpOptions = true,
    exitCodeListHeading = "%nExit codes:%n",
    exitCodeList = {
      "0:everything ran, whether or not targets were reached",
      "1:something could not run, which the tables say",
      "2:wrong usage"
    })
public final class Bench implements Callable<Integer> {

  /** The project's root; where the command was started unless the launcher says. */
  private static final String ROOT_PROPERTY = "rmm.bench.root";

  @Spec private CommandSpec spec;

  @Option(
      names = "--quick",
      description = "Fewer sizes, peers and repetitions: five minutes on two processors.")
  private boolean quick;

  @Option(
      names = "--only",
      paramLabel = "PATTERN",
      description = "Only the rows whose name holds this regular expression; see --list.")
  private @Nullable Pattern only;

  @Option(
      names = "--peers",
      paramLabel = "LIST",
      split = ",",
      description = "Only these peers, separated by commas, and rmm; see --list.")
  private @Nullable List<String> peers;

  @Option(
      names = "--json",
      paramLabel = "FILE",
      description = "Also write all figures to this file.")
  private @Nullable Path json;

  @Option(names = "--list", description = "Name the rows and the peers, and run nothing.")
  private boolean list;

  private boolean complete = true;

  private Bench() {}

  /** Runs the command and ends the JVM with its exit code. */
  public static void main(String[] arguments) {
    System.exit(commandLine().execute(arguments));
  }

  static CommandLine commandLine() {
    return new CommandLine(new Bench());
  }

  @Override
  public Integer call() throws InterruptedException, IOException {
    PrintWriter out = spec.commandLine().getOut();
    Path root = Path.of(System.getProperty(ROOT_PROPERTY, "")).toAbsolutePath();
    Path target = root.resolve("target/bench");
    Workplace workplace = new Workplace(target.resolve("logs"), target.resolve("libraries"));
    Path folder = root.resolve("../shared/data/fleetbench").normalize();
    List<Path> profiles = profiles(folder);
    Set<PeerKind> wanted = wanted();
    if (list) {
      list(out, rows(new Plan(quick, wanted, profiles)));
      return ExitCode.OK;
    }
    dropMissing(wanted, new Libraries(root, workplace.libraries()), out);
    List<Row> rows = rows(new Plan(quick, wanted, profiles));
    if (profiles.isEmpty() && rows.stream().anyMatch(row -> row.id().equals(ScenarioRows.REPLAY))) {
      out.println("SKIPPED, NOT MEASURED: replay: no TCMALLOC_*.csv of fleetbench in " + folder);
      complete = false;
    }
    Map<String, String> machine = Machine.facts();
    machine.forEach((name, value) -> out.println(name + ": " + value));
    JsonReport report = new JsonReport(machine, quick);
    List<Verdict> verdicts = new ArrayList<>();
    Progress progress =
        new Progress(
            spec.commandLine().getErr(), rows.stream().mapToInt(r -> r.work().size()).sum());
    for (Row row : rows) {
      Outcomes outcomes = run(row, workplace, progress, out);
      complete &= outcomes.failures().isEmpty();
      report.add(row, outcomes);
      row.targets().forEach(goal -> verdicts.addAll(goal.judge(outcomes)));
    }
    summarize(verdicts, out);
    if (json != null) {
      report.write(json);
    }
    return complete ? ExitCode.OK : ExitCode.SOFTWARE;
  }

  private Set<PeerKind> wanted() {
    Set<PeerKind> wanted = EnumSet.allOf(PeerKind.class);
    if (peers != null) {
      wanted.clear();
      for (String label : peers) {
        wanted.add(
            PeerKind.named(label)
                .orElseThrow(
                    () ->
                        new ParameterException(
                            spec.commandLine(), "no peer is called '" + label + "'")));
      }
    }
    return wanted;
  }

  private List<Row> rows(Plan plan) {
    List<Row> rows =
        new Rows(plan)
            .all().stream().filter(row -> only == null || only.matcher(row.id()).find()).toList();
    if (rows.isEmpty()) {
      throw new ParameterException(spec.commandLine(), "no row's name holds '" + only + "'");
    }
    return rows;
  }

  private static List<Path> profiles(Path folder) throws IOException {
    if (!Files.isDirectory(folder)) {
      return List.of();
    }
    try (Stream<Path> files = Files.list(folder)) {
      return files
          .filter(file -> file.getFileName().toString().matches("TCMALLOC_\\d+\\.csv"))
          .sorted()
          .toList();
    }
  }

  private static void list(PrintWriter out, List<Row> rows) {
    for (Row row : rows) {
      out.printf("%-20s %3d runs  %s%n", row.id(), row.work().size(), row.title());
    }
    out.println(
        Stream.of(PeerKind.values())
            .map(PeerKind::label)
            .collect(Collectors.joining(", ", "peers: ", "")));
  }

  /** Says so for each peer that cannot be had, loudly, since its column is missing then. */
  private void dropMissing(Set<PeerKind> wanted, Libraries libraries, PrintWriter out)
      throws InterruptedException {
    for (NativeLibrary library : NativeLibrary.values()) {
      List<PeerKind> users =
          wanted.stream()
              .filter(kind -> kind.library().filter(library::equals).isPresent())
              .toList();
      if (users.isEmpty()) {
        continue;
      }
      libraries
          .missing(library)
          .ifPresent(
              reason -> {
                users.forEach(
                    kind -> out.println("SKIPPED, NOT MEASURED: " + kind.label() + ": " + reason));
                wanted.removeAll(users);
                complete = false;
              });
    }
  }

  private static Outcomes run(Row row, Workplace workplace, Progress progress, PrintWriter out)
      throws InterruptedException {
    Outcomes outcomes = new Outcomes();
    // Ended by a signal, one still sees what was measured.
    Thread hook = new Thread(() -> print(row, outcomes, out, "INTERRUPTED\n"));
    Runtime.getRuntime().addShutdownHook(hook);
    for (Work work : row.work()) {
      progress.begin(row, work);
      try {
        Map<String, Double> metrics = work.run(workplace);
        outcomes.measured(work, metrics);
        progress.end(row, metrics);
      } catch (WorkFailedException e) {
        outcomes.failed(work, String.valueOf(e.getMessage()));
        progress.failed(e);
      }
    }
    Runtime.getRuntime().removeShutdownHook(hook);
    print(row, outcomes, out, "");
    return outcomes;
  }

  private static void print(Row row, Outcomes outcomes, PrintWriter out, String note) {
    out.print("\n" + Tables.of(row, outcomes) + note);
    out.flush();
  }

  private static void summarize(List<Verdict> verdicts, PrintWriter out) {
    long reached = verdicts.stream().filter(Verdict::isReached).count();
    long measured = verdicts.stream().filter(verdict -> verdict.value().isPresent()).count();
    out.printf(
        Locale.ROOT,
        "%n%d of %d targets reached, %d missed, %d not measured%n",
        reached,
        verdicts.size(),
        measured - reached,
        verdicts.size() - measured);
    out.flush();
  }
}
