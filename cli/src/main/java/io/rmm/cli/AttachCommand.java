package io.rmm.cli;

import io.rmm.cli.attach.AgentJar;
import io.rmm.cli.attach.AttachException;
import java.util.concurrent.Callable;
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
        AgentJar.stop(pid);
        Messages.say(spec, "No agent is in process " + pid + " any more.");
      } else {
        AgentJar.start(pid, options);
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
      return ExitCode.OK;
    } catch (AttachException e) {
      return Messages.fail(spec, e);
    }
  }
}
