package io.rmm.stress;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Unmatched;

/** Hands over to jcstress, with the option that its JVMs need. */
@Command(
    name = "races",
    description = {
      "Runs the races of a few operations by jcstress, whose options it takes:",
      "-m quick for a minute or two a race, -t for those of a name, -r for where the report goes."
    })
final class Races implements Callable<Integer> {

  @Unmatched private List<String> options = new ArrayList<>();

  /** Made by picocli. */
  Races() {}

  @Override
  public Integer call() throws Exception {
    List<String> arguments = new ArrayList<>(options);
    arguments.add("-jvmArgsPrepend");
    arguments.add("--enable-native-access=ALL-UNNAMED");
    // Ends the process itself, with 1 where there was a forbidden outcome.
    org.openjdk.jcstress.Main.main(arguments.toArray(String[]::new));
    return 0;
  }
}
