package io.rmm.cli;

import io.rmm.cli.attach.AgentJar;
import io.rmm.cli.attach.AttachException;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Starts a program with the agent in it. */
@Command(
    name = "run",
    description = {
      "Starts a program with the agent in it, for example 'rmm run -- java -jar server.jar'. Where",
      "the first word is not java, the agent goes by the environment (JAVA_TOOL_OPTIONS), to",
      "whatever JVM the program starts."
    },
    mixinStandardHelpOptions = true,
    versionProvider = Rmm.ManifestVersion.class,
    exitCodeListHeading = "%nExit codes:%n",
    exitCodeList = {"1:the program cannot be started", "2:wrong usage", "else:the program's own"})
final class RunCommand implements Callable<Integer> {

  private static final String TOOL_OPTIONS = "JAVA_TOOL_OPTIONS";

  @Spec private CommandSpec spec;

  @Mixin private AgentSettings settings;

  @Parameters(
      arity = "1..*",
      paramLabel = "WORD",
      description = "The program and its arguments, behind --.")
  private List<String> words = List.of();

  /** Made by picocli. */
  RunCommand() {}

  @Override
  public Integer call() {
    try {
      Process program = builder().inheritIO().start();
      // Whoever ends this means the program.
      Thread end = new Thread(program::destroy);
      Runtime.getRuntime().addShutdownHook(end);
      return program.waitFor();
    } catch (AttachException | IOException e) {
      return Messages.fail(spec, e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return Messages.fail(spec, e);
    }
  }

  private ProcessBuilder builder() throws AttachException {
    String options = settings.options();
    String agent = "-javaagent:" + AgentJar.path() + (options.isEmpty() ? "" : "=" + options);
    List<String> command = new ArrayList<>(words);
    ProcessBuilder builder = new ProcessBuilder(command);
    if (String.valueOf(Path.of(words.getFirst()).getFileName()).equals("java")) {
      command.add(1, agent);
    } else {
      builder.environment().merge(TOOL_OPTIONS, agent, (others, ours) -> others + " " + ours);
    }
    return builder;
  }
}
