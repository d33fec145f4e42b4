package io.rmm.dashboards;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Assumptions;

/**
 * The jars of the JMX clients that tests start, in the versions that the project's pom.xml names.
 *
 * <p>A jar is taken from Maven's local repository; one that is not there yet is fetched by Maven
 * itself, because it knows the user's mirrors and proxies.
 */
enum ClientJar {
  /** The Prometheus JMX exporter, as an agent. */
  JMX_EXPORTER("rmm.test.client.jmx-exporter"),
  /** OpenTelemetry's Java agent. */
  OPENTELEMETRY("rmm.test.client.opentelemetry"),
  /** Jolokia's JVM agent. */
  JOLOKIA("rmm.test.client.jolokia"),
  /** The terminal client, with all it needs. */
  JMXTERM("rmm.test.client.jmxterm");

  private final String property;

  ClientJar(String property) {
    this.property = property;
  }

  /** Returns the jar, or skips the test, and says why, if it cannot be had here. */
  Path find() throws IOException, InterruptedException {
    String artifact = setting(property);
    Path jar = inLocalRepository(artifact);
    if (!Files.exists(jar)) {
      fetch(artifact);
    }
    return jar;
  }

  private static Path inLocalRepository(String artifact) {
    String[] parts = artifact.split(":", -1); // group, name, version, "jar" and maybe a classifier
    String classifier = parts.length > 4 ? "-" + parts[4] : "";
    return Path.of(setting("rmm.test.repository"))
        .resolve(parts[0].replace('.', '/'))
        .resolve(parts[1])
        .resolve(parts[2])
        .resolve(parts[1] + "-" + parts[2] + classifier + "." + parts[3]);
  }

  private static void fetch(String artifact) throws IOException, InterruptedException {
    Command maven =
        Command.run(
            ProjectFiles.MODULE,
            List.of(
                setting("rmm.test.maven"),
                "-B",
                "-ntp",
                "-q",
                "-Dmaven.repo.local=" + setting("rmm.test.repository"),
                setting("rmm.test.dependency-plugin") + ":get",
                "-Dtransitive=false",
                "-Dartifact=" + artifact));
    if (maven.exitCode() != 0) {
      String why = artifact + " cannot be had here: " + firstError(maven.output());
      System.err.println("SKIPPED, NOT TESTED: " + why);
      Assumptions.abort(why);
    }
  }

  /** Maven's own JVM may have printed warnings before, and Maven prints advice after. */
  private static String firstError(String output) {
    return output.lines().filter(line -> line.contains("ERROR")).findFirst().orElse(output).strip();
  }

  private static String setting(String name) {
    String value = System.getProperty(name);
    if (value == null) {
      throw new IllegalStateException(name + " is not set: Maven does, in this module's pom.xml");
    }
    return value;
  }
}
