package io.rmm.cli;

import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.IVersionProvider;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/**
 * The command {@code rmm}: names its commands and hands over to them.
 *
 * <p>Each command is a class of its own, listed in {@code subcommands} below.
 */
@Command(
    name = "rmm",
    description = "Shows, records and explains the off-heap memory of Java programs.",
    mixinStandardHelpOptions = true,
    versionProvider = Rmm.ManifestVersion.class,
    footer =
        "%nFrom a checkout, 'rmm bench' measures RMM beside its peers; see 'rmm bench --help'.",
    subcommands = {
      AttachCommand.class,
      DemoCommand.class,
      ExplainCommand.class,
      JfrCommand.class,
      ProfileCommand.class,
      ReportCommand.class,
      RunCommand.class,
      TopCommand.class
    })
public final class Rmm implements Runnable {

  @Spec private CommandSpec spec;

  /** Made by picocli, and by {@link #commandLine()}. */
  public Rmm() {}

  /**
   * Runs the command and ends the JVM with its exit code.
   *
   * @param args the command line
   */
  public static void main(String[] args) {
    System.exit(commandLine().execute(args));
  }

  /**
   * Returns the whole command line, ready to execute.
   *
   * @return a new command line
   */
  static CommandLine commandLine() {
    return new CommandLine(new Rmm())
        .setCaseInsensitiveEnumValuesAllowed(true)
        .setParameterExceptionHandler((wrong, _) -> tellOfWrongUsage(wrong));
  }

  /** One line, as for every other mistake; the whole usage would push it off the screen. */
  private static int tellOfWrongUsage(ParameterException wrong) {
    CommandLine command = wrong.getCommandLine();
    command
        .getErr()
        .printf(
            "rmm: %s; see '%s --help'%n",
            wrong.getMessage(), command.getCommandSpec().qualifiedName());
    return ExitCode.USAGE;
  }

  /** Without a command there is nothing to do: says so. */
  @Override
  public void run() {
    throw new ParameterException(spec.commandLine(), "Missing command");
  }

  /** Reads the version from the manifest of the jar. */
  static final class ManifestVersion implements IVersionProvider {

    @Override
    public String[] getVersion() {
      String version = Rmm.class.getPackage().getImplementationVersion();
      return new String[] {"rmm " + (version == null ? "(not run from its jar)" : version)};
    }
  }
}
