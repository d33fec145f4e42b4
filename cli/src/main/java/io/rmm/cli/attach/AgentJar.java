package io.rmm.cli.attach;

import com.sun.tools.attach.AgentInitializationException;
import com.sun.tools.attach.AgentLoadException;
import com.sun.tools.attach.AttachNotSupportedException;
import com.sun.tools.attach.VirtualMachine;
import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.file.Path;
import java.security.CodeSource;
import java.util.Objects;
import java.util.concurrent.ExecutionException;

/** RMM's agent, which comes with this program as a jar of its own, and how a JVM gets it. */
public final class AgentJar {

  /** The class that the JVM enters the agent by; all else in the jar is out of sight. */
  private static final String ENTRY = "io.rmm.agent.entry.RmmAgent";

  private AgentJar() {}

  /**
   * Returns where it is.
   *
   * @throws AttachException if this program came without it
   */
  public static Path path() throws AttachException {
    try {
      CodeSource source =
          Class.forName(ENTRY, false, AgentJar.class.getClassLoader())
              .getProtectionDomain()
              .getCodeSource();
      return Path.of(source.getLocation().toURI());
    } catch (ClassNotFoundException | LinkageError | URISyntaxException e) {
      throw new AttachException("the agent's jar is not on the class path of this program", e);
    }
  }

  /**
   * Has the JVM {@code pid} load the agent. What the agent has to say against it, the JVM writes to
   * its own standard error.
   *
   * @param options as behind {@code -javaagent:jar=}
   * @throws AttachException if there is no such process, or it cannot be attached to, or does not
   *     answer within {@link JvmConnection#PATIENCE}
   */
  public static void load(long pid, String options) throws AttachException {
    Path jar = path();
    TargetProcess target = TargetProcess.of(pid);
    if (target.isStopped()) {
      throw new AttachException(target.helpStopped());
    }
    try (PatientThread thread = new PatientThread(target);
        TriggerFile _ = new TriggerFile(target)) {
      boolean _ = thread.call(JvmConnection.PATIENCE, () -> load(target, jar, options));
    } catch (ExecutionException e) {
      throw JvmConnection.explain(target, Objects.requireNonNullElse(e.getCause(), e));
    }
  }

  private static boolean load(TargetProcess target, Path jar, String options)
      throws IOException, AttachNotSupportedException {
    VirtualMachine jvm = VirtualMachine.attach(Long.toString(target.pid()));
    try {
      jvm.loadAgent(jar.toString(), options);
      return true;
    } catch (AgentLoadException | AgentInitializationException e) {
      throw new IOException("it does not load the agent: " + e.getMessage(), e);
    } finally {
      jvm.detach();
    }
  }
}
