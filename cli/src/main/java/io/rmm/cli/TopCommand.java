package io.rmm.cli;

import io.rmm.cli.attach.AttachException;
import io.rmm.cli.attach.JvmConnection;
import io.rmm.cli.attach.LocalJvms;
import io.rmm.dashboards.console.Amounts;
import io.rmm.dashboards.console.BeanReader;
import io.rmm.dashboards.console.LiveConsole;
import io.rmm.dashboards.console.Order;
import io.rmm.dashboards.console.Page;
import io.rmm.dashboards.console.Reading;
import java.io.IOException;
import java.io.PrintWriter;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import javax.management.JMException;
import org.jline.terminal.Terminal;
import org.jline.terminal.TerminalBuilder;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Shows the memory of a running program: live on a terminal, as plain text elsewhere. */
@Command(
    name = "top",
    description = {
      "Shows the off-heap memory of a running JVM: its managers, what is wrong, and its budgets.",
      "Without PID: lists this user's JVMs, and which of them have memory managers."
    },
    mixinStandardHelpOptions = true,
    versionProvider = Rmm.ManifestVersion.class,
    footerHeading = "%nKeys on a terminal:%n",
    footer = {
      "q                 quit",
      "u p l a r n       sort budgets by used, peak, share of the limit, allocations a second,",
      "                  refused allocations, name"
    },
    exitCodeListHeading = "%nExit codes:%n",
    exitCodeList = {
      "0:it was shown, and ended as asked",
      "1:the JVM cannot be attached to, has no memory manager, or ended while it was watched",
      "2:wrong usage"
    })
final class TopCommand implements Callable<Integer> {

  @Spec private CommandSpec spec;

  @Parameters(
      arity = "0..1",
      paramLabel = "PID",
      converter = ProcessNumberConverter.class,
      description = "The process to watch.")
  private @Nullable Long pid;

  @Option(
      names = "--once",
      description =
          "Print once, as plain text; the same as -n 1. So it is too where there is no terminal.")
  private boolean once;

  @Option(
      names = "--batch",
      description = "Print plain text, again and again until the program ends.")
  private boolean batch;

  @Option(names = "-n", paramLabel = "N", description = "Print plain text so often.")
  private @Nullable Integer times;

  @Option(
      names = "--every",
      paramLabel = "TIME",
      defaultValue = "1s",
      converter = DurationConverter.class,
      description = "The time between two readings. Default: ${DEFAULT-VALUE}.")
  private Duration period;

  @Option(
      names = "--sort",
      paramLabel = "ORDER",
      defaultValue = "used",
      description =
          "By what to sort budgets: used, peak, limit (the share of it that is used), allocations"
              + " (a second), refused or name. Default: ${DEFAULT-VALUE}.")
  private Order order;

  @Option(
      names = "--budgets",
      paramLabel = "N",
      defaultValue = "20",
      description = "How many budgets to print at the most. Default: ${DEFAULT-VALUE}.")
  private int budgets;

  @Option(
      names = "--all",
      description = "Without PID: ask the JVMs of other users too, as far as this one may.")
  private boolean all;

  private final CountDownLatch ended = new CountDownLatch(1);

  /** Made by picocli. */
  TopCommand() {}

  @Override
  public Integer call() {
    check();
    if (pid == null) {
      return list();
    }
    try (JvmConnection jvm = JvmConnection.open(pid)) {
      BeanReader reader = new BeanReader(jvm.beans());
      Reading first = jvm.call(_ -> reader.read());
      if (first.managers().isEmpty()) {
        throw new AttachException(
            "process "
                + pid
                + named(jvm.program())
                + " shows no memory manager in JMX: it does not use RMM, has none open at the"
                + " moment, or has no rmm-jmx on its class path");
      }
      // Not before: while the JVM is being reached a signal is to end this at once.
      TerminationSignals.onFirst(ended::countDown);
      boolean live = !batch && !once && times == null && Terminals.present() && Terminals.canDraw();
      return live ? live(jvm, reader) : print(jvm, reader, first);
    } catch (AttachException | JMException | IOException e) {
      return Messages.fail(spec, e);
    }
  }

  private void check() {
    if (times != null && times < 1) {
      throw new ParameterException(spec.commandLine(), "-n must be 1 or more");
    }
    if (once && times != null && times != 1) {
      throw new ParameterException(spec.commandLine(), "--once and -n exclude each other");
    }
    if (period.compareTo(Duration.ofMillis(100)) < 0) {
      throw new ParameterException(spec.commandLine(), "--every must be 100ms or more");
    }
    if (budgets < 1) {
      throw new ParameterException(spec.commandLine(), "--budgets must be 1 or more");
    }
    if (pid == null && (once || batch || times != null)) {
      throw new ParameterException(spec.commandLine(), "Missing PID");
    }
    if (pid != null && all) {
      throw new ParameterException(spec.commandLine(), "--all is for the list, without PID");
    }
  }

  private int list() {
    LocalJvms.Found jvms = LocalJvms.list(all);
    if (jvms.entries().isEmpty()) {
      Messages.say(
          spec,
          all
              ? "There is no other JVM that this user may attach to."
              : "There is no other JVM of this user.");
    }
    jvms.entries().forEach(jvm -> Messages.say(spec, row(jvm)));
    if (jvms.ofOthers() > 0) {
      Messages.say(
          spec,
          "JVMs of other users: %d; 'rmm top --all' asks them too.".formatted(jvms.ofOthers()));
    }
    return ExitCode.OK;
  }

  private static String row(LocalJvms.Entry jvm) {
    String memory =
        !jvm.problem().isEmpty()
            ? jvm.problem()
            : jvm.managers().isEmpty()
                ? "no RMM"
                : jvm.managers().stream()
                    .map(Amounts::brief)
                    .collect(Collectors.joining(", ", "RMM: ", ""));
    return "%8d  %-40s  %s"
        .formatted(jvm.pid(), Amounts.brief(jvm.program()), Amounts.printable(memory));
  }

  private int live(JvmConnection jvm, BeanReader reader) throws IOException {
    String problem;
    try (Terminal terminal = TerminalBuilder.builder().system(true).nativeSignals(false).build()) {
      LiveConsole console =
          new LiveConsole(
              terminal, title(jvm), reader::read, period, order, Terminals.coloursWanted());
      Thread.ofVirtual()
          .start(
              () -> {
                try {
                  ended.await();
                  console.stop();
                } catch (InterruptedException e) {
                  Thread.currentThread().interrupt();
                }
              });
      problem = console.run();
    } finally {
      ended.countDown();
    }
    if (problem.isEmpty()) {
      return ExitCode.OK;
    }
    return Messages.fail(spec, new AttachException(jvm.lost(problem)));
  }

  private int print(JvmConnection jvm, BeanReader reader, Reading first)
      throws AttachException, JMException {
    PrintWriter out = spec.commandLine().getOut();
    Optional<Reading> before = Optional.empty();
    Reading now = first;
    int left = times != null ? times : batch && !once ? Integer.MAX_VALUE : 1;
    while (true) {
      Page page = Page.ofText(title(jvm), budgets, order);
      page.lines(before, now).forEach(line -> out.println(line.text()));
      left--;
      if (left == 0 || out.checkError() || ended()) {
        return ExitCode.OK;
      }
      out.println();
      before = Optional.of(now);
      now = jvm.call(_ -> reader.read());
    }
  }

  /** Waits for a period; tells whether a signal came, or the reader of the output has gone. */
  private boolean ended() {
    try {
      return ended.await(period.toMillis(), TimeUnit.MILLISECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return true;
    }
  }

  private static String title(JvmConnection jvm) {
    return "process " + jvm.pid() + named(jvm.program());
  }

  private static String named(String program) {
    return program.isEmpty() ? "" : " (" + Amounts.brief(program) + ")";
  }
}
