package io.rmm.benchmarks.run;

import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.rmm.benchmarks.peer.NativeLibrary;
import io.rmm.benchmarks.peer.PeerKind;
import io.rmm.benchmarks.scenario.ScenarioMain;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/**
 * One scenario in a JVM of its own, which prints its result as one line of JSON.
 *
 * @param scenario the name by which {@link ScenarioMain} knows it
 * @param settings what it is told
 */
record ScenarioWork(String point, PeerKind peer, String scenario, Map<String, String> settings)
    implements Work {

  private static final ObjectMapper JSON = new ObjectMapper();

  /** Far longer than any scenario takes: then it hangs. */
  private static final long PATIENCE_SECONDS = 300;

  @Override
  public Map<String, Double> run(Workplace workplace)
      throws WorkFailedException, InterruptedException {
    Path log = workplace.log(scenario + "-" + point + "-" + peer.label());
    try {
      Process process =
          new ProcessBuilder(command(workplace))
              .redirectErrorStream(true)
              .redirectOutput(log.toFile())
              .start();
      // Ended by a signal, this JVM takes its child along.
      Thread hook = new Thread(process::destroyForcibly);
      Runtime.getRuntime().addShutdownHook(hook);
      try {
        if (!process.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS)) {
          throw new WorkFailedException(
              "not done after " + PATIENCE_SECONDS + " s, see " + log, null);
        }
      } finally {
        process.destroyForcibly();
        remove(hook);
      }
      if (process.exitValue() != 0) {
        throw new WorkFailedException("exit code " + process.exitValue() + reason(log), null);
      }
      return result(log);
    } catch (IOException e) {
      throw new WorkFailedException(e.toString(), e);
    }
  }

  private static void remove(Thread hook) {
    try {
      Runtime.getRuntime().removeShutdownHook(hook);
    } catch (IllegalStateException e) {
      // The shutdown has begun, and the hook runs.
    }
  }

  private List<String> command(Workplace workplace) {
    List<String> command = new ArrayList<>();
    command.add(Workplace.java());
    command.addAll(Workplace.OPTIONS);
    command.add("-D" + NativeLibrary.FOLDER_PROPERTY + "=" + workplace.libraries());
    command.add("-cp");
    command.add(System.getProperty("java.class.path"));
    command.add(ScenarioMain.class.getName());
    command.add(scenario);
    command.add(peer.label());
    settings.forEach((name, value) -> command.add(name + "=" + value));
    return command;
  }

  private static Map<String, Double> result(Path log) throws IOException, WorkFailedException {
    String line =
        Files.readAllLines(log).stream()
            .filter(candidate -> candidate.startsWith(ScenarioMain.RESULT))
            .findFirst()
            .orElseThrow(() -> new WorkFailedException("no result, see " + log, null));
    return JSON.readValue(line.substring(ScenarioMain.RESULT.length()), new TypeReference<>() {});
  }

  /** The first line that tells of an exception, since that is what one looks for. */
  private static String reason(Path log) throws IOException {
    return Files.readAllLines(log).stream()
            .filter(line -> line.contains("Exception") || line.contains("Error"))
            .findFirst()
            .map(line -> ": " + line.strip())
            .orElse("")
        + ", see "
        + log;
  }
}
