package io.rmm.cli.attach;

import com.sun.tools.attach.AttachNotSupportedException;
import com.sun.tools.attach.VirtualMachine;
import java.io.IOException;
import java.lang.reflect.UndeclaredThrowableException;
import java.time.Duration;
import java.util.Objects;
import java.util.Optional;
import java.util.Properties;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import javax.management.JMException;
import javax.management.JMRuntimeException;
import javax.management.MBeanServerConnection;
import javax.management.remote.JMXConnector;
import org.jspecify.annotations.Nullable;

/**
 * The MBeans of a JVM on this machine, reached by local attach: as {@code jconsole} does it,
 * without a port that was opened before and without options of the JVM.
 *
 * <p>The target starts its local management agent, if it has not done so before: a listener on the
 * loopback address and a few threads, which stay till its end. Nothing of ours is loaded into it.
 *
 * <p>Nothing waits for a target that hangs longer than {@link #PATIENCE}, see {@link
 * PatientThread}.
 */
public final class JvmConnection implements AutoCloseable {

  /**
   * A healthy JVM answers within milliseconds; one in a long collection, or on a machine that has
   * more to do than it can, may take seconds.
   */
  public static final Duration PATIENCE = Duration.ofSeconds(10);

  /**
   * How long the JDK waits for a JVM to open its socket: it looks after 0.1 s, another 0.2 s and so
   * on, so it ends after 7.8 s, before {@link #PATIENCE} does, and cleans up after itself.
   */
  private static final Duration PATIENCE_OF_JDK = Duration.ofSeconds(7);

  private static final Duration PATIENCE_AT_END = Duration.ofMillis(500);

  /** A call to the target. */
  @FunctionalInterface
  public interface Call<T> {
    /** Makes the call. */
    T on(MBeanServerConnection beans) throws IOException, JMException;
  }

  private record Opened(JMXConnector connector, MBeanServerConnection beans, String program) {}

  private final TargetProcess target;
  private final PatientThread thread;
  private final Opened opened;

  private JvmConnection(TargetProcess target, PatientThread thread, Opened opened) {
    this.target = target;
    this.thread = thread;
    this.opened = opened;
  }

  /**
   * Connects to a process.
   *
   * @throws AttachException if there is no such process, or it cannot be attached to, or it does
   *     not answer within {@link #PATIENCE}
   */
  public static JvmConnection open(long pid) throws AttachException {
    TargetProcess target = TargetProcess.of(pid);
    if (target.isStopped()) {
      throw new AttachException(target.helpStopped());
    }
    if (target.hasOtherNetwork()) {
      throw new AttachException(target.helpInContainer());
    }
    PatientThread thread = new PatientThread(target);
    boolean open = false;
    try (TriggerFile _ = new TriggerFile(target)) {
      Opened opened = thread.call(PATIENCE, () -> attach(target));
      open = true;
      return new JvmConnection(target, thread, opened);
    } catch (ExecutionException e) {
      throw explain(target, Objects.requireNonNullElse(e.getCause(), e));
    } finally {
      if (!open) {
        thread.close();
      }
    }
  }

  /** Returns the number of the process. */
  public long pid() {
    return target.pid();
  }

  /** Returns what the JVM runs: the name of its main class or archive, or an empty string. */
  public String program() {
    return opened.program;
  }

  /**
   * Returns the MBeans themselves, for a caller with a thread of its own that may wait for ever.
   */
  public MBeanServerConnection beans() {
    return opened.beans;
  }

  /**
   * Makes a call, and waits for it no longer than {@link #PATIENCE}.
   *
   * @throws AttachException if the target does not answer or has ended
   * @throws JMException if the target refuses
   */
  public <T> T call(Call<T> call) throws AttachException, JMException {
    try {
      return thread.call(PATIENCE, () -> call.on(opened.beans));
    } catch (ExecutionException e) {
      Throwable cause = e.getCause();
      // So a proxy throws what the method that was called does not declare.
      switch (cause instanceof UndeclaredThrowableException ? cause.getCause() : cause) {
        case JMException refused -> throw refused;
        case IOException lost -> throw new AttachException(lost(lost.getMessage()), lost);
        case JMRuntimeException refused ->
            throw new AttachException(
                "process " + pid() + " refuses: " + refused.getMessage(), refused);
        case RuntimeException refused -> throw refused;
        case null, default -> throw new IllegalStateException(cause);
      }
    }
  }

  /**
   * Returns a sentence for when a call has failed; waits a moment for a process that ends.
   *
   * @param problem what the call said
   */
  public String lost(@Nullable String problem) {
    return hasEnded()
        ? "process " + pid() + " has ended"
        : "process " + pid() + " fails to answer: " + problem;
  }

  /** A JVM that ends closes its connections first, and is a process for some milliseconds more. */
  private boolean hasEnded() {
    Optional<ProcessHandle> process = ProcessHandle.of(pid());
    try {
      if (process.isPresent()) {
        process.get().onExit().get(PATIENCE_AT_END.toMillis(), TimeUnit.MILLISECONDS);
      }
      return true;
    } catch (TimeoutException | ExecutionException e) {
      return target.hasEnded(); // also if its parent has not asked for its exit code yet
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    }
  }

  /** Ends the connection; waits for the target only briefly. */
  @Override
  public void close() {
    try {
      thread.call(
          PATIENCE_AT_END,
          () -> {
            opened.connector.close();
            return true;
          });
    } catch (AttachException | ExecutionException e) {
      // The target has gone, or will find the connection broken.
    }
    thread.close();
  }

  private static Opened attach(TargetProcess target)
      throws IOException, AttachNotSupportedException {
    System.setProperty("sun.tools.attach.attachTimeout", Long.toString(PATIENCE_OF_JDK.toMillis()));
    VirtualMachine jvm = VirtualMachine.attach(Long.toString(target.pid()));
    String address;
    Properties properties;
    try {
      properties = jvm.getAgentProperties();
      address = jvm.startLocalManagementAgent();
    } finally {
      jvm.detach();
    }
    JMXConnector connector = LocalAgent.connect(address);
    return new Opened(connector, connector.getMBeanServerConnection(), program(properties));
  }

  /** The first word alone: arguments may hold what is nobody's business. */
  private static String program(Properties properties) {
    return properties.getProperty("sun.java.command", "").strip().split("\\s+", 2)[0];
  }

  /** Finds out why attaching has failed. */
  static AttachException explain(TargetProcess target, Throwable cause) {
    long pid = target.pid();
    if (target.hasEnded()) {
      return new AttachException("process " + pid + " has ended", cause);
    }
    if (target.isStopped()) {
      return new AttachException(target.helpStopped(), cause);
    }
    if (cause instanceof AttachNotSupportedException) {
      return new AttachException(
          "process "
              + pid
              + " does not let itself be attached to: it was started with"
              + " -XX:+DisableAttachMechanism, is still starting or ending, or hangs ("
              + cause.getMessage()
              + ")",
          cause);
    }
    return new AttachException(
        "cannot attach to process " + pid + ": " + cause.getMessage(), cause);
  }
}
