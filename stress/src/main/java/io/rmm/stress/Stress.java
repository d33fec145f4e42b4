package io.rmm.stress;

import picocli.CommandLine;
import picocli.CommandLine.Command;

/** The command: one subcommand for each kind of stress. */
@Command(
    name = "stress",
    description = "Races and long runs of RMM, each of which ends by itself and exits with 0 or 1.",
    mixinStandardHelpOptions = true,
    subcommands = {
      Races.class,
      ShortThreads.class,
      VirtualThreads.class,
      Stripes.class,
      FalseAlarms.class,
      LostBlocks.class,
      Soak.class
    })
public final class Stress {

  /** Made by picocli. */
  Stress() {}

  /** Runs the command that {@code args} name. */
  public static void main(String[] args) {
    System.exit(new CommandLine(new Stress()).execute(args));
  }
}
