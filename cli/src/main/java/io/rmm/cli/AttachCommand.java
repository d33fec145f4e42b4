package io.rmm.cli;

import io.rmm.cli.attach.AgentJar;
import io.rmm.cli.attach.AttachException;
import io.rmm.cli.attach.JvmConnection;
import io.rmm.dashboards.console.ManagerName;
import java.time.Duration;
import java.util.concurrent.Callable;
import javax.management.JMException;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Puts the agent into a running program, or ends it there. */
@Command(
    name = "attach",
    description = {
      "Puts the agent into a running JVM, of Java 25 or newer: from then on its off-heap memory is",
      "counted, and shown by 'rmm top PID' and 'rmm profile PID', by Flight Recorder and by JMX."
    },
    mixinStandardHelpOptions = true,
    versionProvider = Rmm.ManifestVersion.class,
    exitCodeListHeading = "%nExit codes:%n",
    exitCodeList = {
      "0:the agent runs, or has ended",
      "1:the JVM cannot be attached to, or refuses the agent",
      "2:wrong usage"
    })
final class AttachCommand implements Callable<Integer> {

  /** The name under which the agent shows what it counts. */
  private static final String SOURCE = "jvm";

  /** How long the agent may take until it shows something: some tenths of a second, as a rule. */
  private static final Duration PATIENCE = Duration.ofSeconds(10);

  private static final Duration PAUSE = Duration.ofMillis(100);

  @Spec private CommandSpec spec;

  @Parameters(
      paramLabel = "PID",
      converter = ProcessNumberConverter.class,
      description = "The process.")
  private long pid;

  @Mixin private AgentSettings settings;

  @Option(names = "--stop", description = "End the agent, and leave the JVM as it was before.")
  private boolean stop;

  /** Made by picocli. */
  AttachCommand() {}

  @Override
  public Integer call() {
    String options = settings.options();
    if (stop && !options.isEmpty()) {
      throw new ParameterException(spec.commandLine(), "--stop is for an agent that has settings");
    }
    try {
      if (stop) {
        AgentJar.load(pid, "stop");
        Messages.say(spec, "No agent is in process " + pid + " any more.");
      } else {
        start(options);
      }
      return ExitCode.OK;
    } catch (AttachException | JMException e) {
      return Messages.fail(spec, e);
    }
  }

  private void start(String options) throws AttachException, JMException {
    boolean there = shows(0);
    if (there) {
      throw new AttachException("the agent is in process " + pid + " already");
    }
    AgentJar.load(pid, options);
    if (!shows(PATIENCE.toNanos())) {
      throw new AttachException(
          "process "
              + pid
              + " has loaded the agent, which does not run; the process has said why on its"
              + " standard error");
    }
    Messages.say(
        spec,
        "The agent counts the off-heap memory that process "
            + pid
            + " takes from now on. See it by 'rmm top "
            + pid
            + "' and 'rmm profile "
            + pid
            + "'.");
  }

  /** Tells whether the process shows the agent's source, waiting for it if there is time. */
  private boolean shows(long nanos) throws AttachException, JMException {
    long end = System.nanoTime() + nanos;
    try (JvmConnection jvm = JvmConnection.open(pid)) {
      while (true) {
        boolean there =
            jvm.call(ManagerName::all).stream().anyMatch(name -> name.toString().equals(SOURCE));
        if (there || System.nanoTime() - end > 0) {
          return there;
        }
        Thread.sleep(PAUSE);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    }
  }
}
