package io.rmm.agent;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.rmm.program.MemoryProgram;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystem;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** An agent in a process that has the hook classes of another version, which cannot be removed. */
class OtherVersionTest {

  private static final Duration PATIENCE = Duration.ofSeconds(30);

  @TempDir private Path folder;

  private static void awaitBeans(AgentJvm jvm) {
    await().atMost(PATIENCE).untilAsserted(() -> assertThat(jvm.ask("used")).matches("\\d+"));
  }

  /** Makes a jar with hooks that do the same, and are not the same to the byte. */
  private Path otherVersion() throws Exception {
    Path jar = Files.copy(AgentJvm.JAR, folder.resolve("rmm-agent.jar"));
    try (FileSystem content = FileSystems.newFileSystem(jar)) {
      Path hook = content.getPath("rmm/hooks/jdk/internal/misc/RmmRoom.class");
      String old = Files.readString(hook, StandardCharsets.ISO_8859_1);
      String changed = old.replace("RmmRoom.java", "OldRoom.java");
      assertThat(changed).as("it has the name of its source").isNotEqualTo(old);
      Files.writeString(hook, changed, StandardCharsets.ISO_8859_1);
    }
    return jar;
  }

  @Test
  void aJarThatWasReplacedSinceIsRefused() throws Exception {
    try (AgentJvm jvm = AgentJvm.start(MemoryProgram.class)) {
      Path jar = otherVersion();
      jvm.attach(jar, "");
      awaitBeans(jvm);
      assertThat(jvm.ask("take arena.shared held 1000")).isEqualTo("took");
      jvm.attach(jar, "stop");
      Files.copy(AgentJvm.JAR, jar, StandardCopyOption.REPLACE_EXISTING);
      jvm.attach(jar, "limit=1m");
      assertThat(jvm.ask("used"))
          .isEqualTo(
              "rmm-agent: not started: this process has the hooks of another version of the"
                  + " agent, which stay until it ends");
      assertThat(jvm.line()).isEqualTo("no bean");
      assertThat(jvm.ask("take arena.shared other 3000000")).as("no limit").isEqualTo("took");
      assertThat(jvm.ask("give held")).isEqualTo("gave");
      assertThat(jvm.end()).isEmpty();
    }
  }

  /** The JVM looks for the agent's entry on the class path, where that of the first one is. */
  @Test
  void aJarElsewhereIsNotTheOneThatRuns() throws Exception {
    try (AgentJvm jvm = AgentJvm.start(MemoryProgram.class)) {
      Path jar = otherVersion();
      jvm.attach(jar, "");
      awaitBeans(jvm);
      jvm.attach("stop");
      jvm.attach("");
      assertThat(jvm.ask("take arena.shared first 1000"))
          .isEqualTo(
              "rmm-agent: this is "
                  + jar
                  + ", which was attached to this process before any other");
      assertThat(jvm.line()).isEqualTo("took");
      awaitBeans(jvm);
    }
  }
}
