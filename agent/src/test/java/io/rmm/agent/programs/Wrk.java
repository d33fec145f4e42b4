package io.rmm.agent.programs;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The load generator {@code wrk}, from Debian. */
final class Wrk {

  private static final String CONNECTIONS = "32";
  private static final Pattern REQUESTS = Pattern.compile("(\\d+) requests in ");
  private static final Pattern FAILURES = Pattern.compile("Socket errors.*|Non-2xx.*");

  private Wrk() {}

  /** Fetches it, or skips the test that calls this. */
  static void fetch() throws IOException, InterruptedException {
    Path _ = Fetched.debianPackage("wrk");
    Path _ = Fetched.debianPackage("libluajit-5.1-2");
  }

  /**
   * Puts a server under load.
   *
   * @param more further options of {@code wrk}
   * @return requests
   * @throws IllegalStateException if one of them failed
   */
  static double load(String address, Duration time, String... more)
      throws IOException, InterruptedException {
    List<String> command = new ArrayList<>();
    command.add(Fetched.debianPackage("wrk").resolve("usr/bin/wrk").toString());
    command.addAll(List.of("-t1", "-c" + CONNECTIONS, "-d" + time.toSeconds() + "s"));
    command.addAll(List.of("--timeout", "30s"));
    command.addAll(List.of(more));
    command.add(address);
    ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
    // Packages are unpacked, not installed.
    Path libraries = Fetched.debianPackage("libluajit-5.1-2").resolve("usr/lib");
    builder
        .environment()
        .put("LD_LIBRARY_PATH", libraries.resolve(architecture() + "-linux-gnu").toString());
    Process wrk = builder.start();
    String output;
    try {
      output = wrk.inputReader().readAllAsString();
    } finally {
      wrk.destroy();
    }
    Matcher requests = REQUESTS.matcher(output);
    if (!requests.find() || FAILURES.matcher(output).find()) {
      throw new IllegalStateException("wrk had requests that failed:\n" + output);
    }
    return Double.parseDouble(requests.group(1));
  }

  private static String architecture() {
    String name = System.getProperty("os.arch");
    return name.equals("amd64") ? "x86_64" : name;
  }
}
