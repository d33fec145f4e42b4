package io.rmm.cli.attach;

import com.sun.tools.attach.AgentInitializationException;
import com.sun.tools.attach.AgentLoadException;
import com.sun.tools.attach.AttachNotSupportedException;
import com.sun.tools.attach.VirtualMachine;
import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.file.Path;
import java.security.CodeSource;
import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.ExecutionException;

/** RMM's agent, which comes with this program as a jar of its own, and how a JVM gets it. */
public final class AgentJar {

  /** The class that the JVM enters the agent by; all else in the jar is out of sight. */
  private static final String ENTRY = "io.rmm.agent.entry.RmmAgent";

  /** The system property of a JVM by which its agent tells what has become of it. */
  private static final String STATE = "rmm.agent";

  private static final String STARTING = "starting";
  private static final String RUNNING = "running";
  private static final String ALREADY = "already";
  private static final String NO_WORD = "it has left no word";

  /** Instead of options, it ends the agent. */
  private static final String STOP = "stop";

  /** The agent shows what it counts some tenths of a second after it counts. */
  private static final Duration PAUSE = Duration.ofMillis(20);

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
   * Puts the agent into a JVM, and waits until it runs there.
   *
   * @param options as behind {@code -javaagent:jar=}
   * @throws AttachException if there is no such process, or it cannot be attached to, or does not
   *     answer within {@link JvmConnection#PATIENCE}; or if the agent refuses, with its reason
   */
  public static void start(long pid, String options) throws AttachException {
    String state =
        ask(
            pid,
            (jvm, jar) -> {
              if (state(jvm).equals(RUNNING)) {
                return ALREADY;
              }
              jvm.loadAgent(jar, options);
              String now = state(jvm);
              while (STARTING.equals(now)) {
                Thread.sleep(PAUSE);
                now = state(jvm);
              }
              return now;
            });
    if (!state.equals(RUNNING)) {
      throw new AttachException(
          state.equals(ALREADY)
              ? "the agent is in process " + pid + " already"
              : "the agent does not run in process " + pid + ": " + state);
    }
  }

  /**
   * Ends the agent of a JVM, if it has one.
   *
   * @throws AttachException if there is no such process, or it cannot be attached to, or does not
   *     answer within {@link JvmConnection#PATIENCE}; or if the agent does not end
   */
  public static void stop(long pid) throws AttachException {
    String state =
        ask(
            pid,
            (jvm, jar) -> {
              jvm.loadAgent(jar, STOP); // whatever is told: programs may change properties
              return state(jvm);
            });
    if (!state.equals(NO_WORD)) {
      throw new AttachException("the agent of process " + pid + " does not end: " + state);
    }
  }

  /** What is done while attached; returns the agent's state. */
  private interface Attached {
    String act(VirtualMachine jvm, String jar)
        throws IOException, AgentLoadException, AgentInitializationException, InterruptedException;
  }

  private static String ask(long pid, Attached attached) throws AttachException {
    Path jar = path();
    TargetProcess target = TargetProcess.of(pid);
    if (target.isStopped()) {
      throw new AttachException(target.helpStopped());
    }
    try (PatientThread thread = new PatientThread(target);
        TriggerFile _ = new TriggerFile(target)) {
      return thread.call(JvmConnection.PATIENCE, () -> attach(target, jar.toString(), attached));
    } catch (ExecutionException e) {
      throw JvmConnection.explain(target, Objects.requireNonNullElse(e.getCause(), e));
    }
  }

  private static String attach(TargetProcess target, String jar, Attached attached)
      throws IOException, AttachNotSupportedException, InterruptedException {
    VirtualMachine jvm = VirtualMachine.attach(Long.toString(target.pid()));
    try {
      return attached.act(jvm, jar);
    } catch (AgentLoadException | AgentInitializationException e) {
      throw new IOException("it does not load the agent: " + e.getMessage(), e);
    } finally {
      jvm.detach();
    }
  }

  private static String state(VirtualMachine jvm) throws IOException {
    return jvm.getSystemProperties().getProperty(STATE, NO_WORD);
  }
}
