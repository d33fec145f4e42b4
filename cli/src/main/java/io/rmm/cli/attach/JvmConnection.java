package io.rmm.cli.attach;

import com.sun.tools.attach.AttachNotSupportedException;
import com.sun.tools.attach.VirtualMachine;
import java.io.IOException;
import java.time.Duration;
import java.util.Objects;
import java.util.Optional;
import java.util.Properties;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicLong;
import javax.management.JMException;
import javax.management.MBeanServerConnection;
import javax.management.remote.JMXConnector;
import javax.management.remote.JMXConnectorFactory;
import javax.management.remote.JMXServiceURL;
import org.jspecify.annotations.Nullable;

/**
 * The MBeans of a JVM on this machine, reached by local attach: as {@code jconsole} does it,
 * without a port that was opened before and without options of the JVM.
 *
 * <p>The target starts its local management agent, if it has not done so before: a listener on the
 * loopback address and a few threads, which stay till its end. Nothing of ours is loaded into it.
 *
 * <p><b>Nothing hangs.</b> Neither the attach protocol nor RMI gives up on a target that has taken
 * a request and never answers, as a stopped one does. So every call is made by a thread that the
 * JVM does not wait for at its end, and is left there when its time is over.
 */
public final class JvmConnection implements AutoCloseable {

  /**
   * A healthy JVM answers within milliseconds; one in a long collection, or on a machine that has
   * more to do than it can, may take seconds.
   */
  public static final Duration PATIENCE = Duration.ofSeconds(10);

  private static final Duration PATIENCE_AT_END = Duration.ofMillis(500);
  private static final AtomicLong THREADS = new AtomicLong();

  /** A call to the target. */
  @FunctionalInterface
  public interface Call<T> {
    /** Makes the call. */
    T on(MBeanServerConnection beans) throws IOException, JMException;
  }

  private record Opened(JMXConnector connector, MBeanServerConnection beans, String program) {}

  private final TargetProcess target;
  private final ExecutorService thread;
  private final Opened opened;

  private JvmConnection(TargetProcess target, ExecutorService thread, Opened opened) {
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
      throw new AttachException(stopped(target));
    }
    ExecutorService thread = newThread();
    try {
      Opened opened = within(thread, PATIENCE, target, () -> attach(target));
      return new JvmConnection(target, thread, opened);
    } catch (ExecutionException e) {
      thread.shutdownNow();
      throw explain(target, Objects.requireNonNullElse(e.getCause(), e));
    } catch (AttachException e) {
      thread.shutdownNow();
      throw e;
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
      return within(thread, PATIENCE, target, () -> call.on(opened.beans));
    } catch (ExecutionException e) {
      switch (e.getCause()) {
        case JMException refused -> throw refused;
        case RuntimeException refused -> throw refused;
        case IOException lost -> throw new AttachException(lost(lost.getMessage()), lost);
        case null, default -> throw new IllegalStateException(e.getCause());
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
        : "process " + pid() + " does not answer: " + problem;
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
      return false;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    }
  }

  /** Ends the connection; waits for the target only briefly. */
  @Override
  public void close() {
    try {
      within(
          thread,
          PATIENCE_AT_END,
          target,
          () -> {
            opened.connector.close();
            return true;
          });
    } catch (AttachException | ExecutionException e) {
      // The target has gone, or will find the connection broken.
    }
    thread.shutdownNow();
  }

  @SuppressWarnings("BanJNDI") // the address is the JVM's own, which this user may control anyhow
  private static Opened attach(TargetProcess target)
      throws IOException, AttachNotSupportedException {
    // How long the JDK waits for the socket. Ours ends before, with a message of ours.
    System.setProperty("sun.tools.attach.attachTimeout", Long.toString(2 * PATIENCE.toMillis()));
    VirtualMachine jvm = VirtualMachine.attach(Long.toString(target.pid()));
    String address;
    Properties properties;
    try {
      properties = jvm.getAgentProperties();
      if (target.hasOtherNetwork()) {
        throw new IOException(target.helpInContainer());
      }
      address = jvm.startLocalManagementAgent();
    } finally {
      jvm.detach();
    }
    JMXConnector connector = JMXConnectorFactory.connect(new JMXServiceURL(address));
    return new Opened(connector, connector.getMBeanServerConnection(), program(properties));
  }

  /** The first word alone: arguments may hold what is nobody's business. */
  private static String program(Properties properties) {
    return properties.getProperty("sun.java.command", "").strip().split("\\s+", 2)[0];
  }

  private static ExecutorService newThread() {
    return Executors.newSingleThreadExecutor(
        Thread.ofPlatform().daemon().name("rmm-attach-" + THREADS.incrementAndGet()).factory());
  }

  private static <T> T within(
      ExecutorService thread, Duration patience, TargetProcess target, Callable<T> call)
      throws AttachException, ExecutionException {
    Future<T> future = thread.submit(call);
    try {
      return future.get(patience.toMillis(), TimeUnit.MILLISECONDS);
    } catch (TimeoutException e) {
      future.cancel(true);
      throw new AttachException(target.isStopped() ? stopped(target) : silent(target, patience), e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new AttachException("interrupted while waiting for process " + target.pid(), e);
    }
  }

  private static String stopped(TargetProcess target) {
    return "process "
        + target.pid()
        + " is stopped by a signal and cannot answer; 'kill -CONT "
        + target.pid()
        + "' lets it go on";
  }

  private static String silent(TargetProcess target, Duration patience) {
    return "process %d has not answered for %d s: it hangs, or was started with -XX:+DisableAttachMechanism"
        .formatted(target.pid(), patience.toSeconds());
  }

  private static AttachException explain(TargetProcess target, Throwable cause) {
    long pid = target.pid();
    if (ProcessHandle.of(pid).isEmpty()) {
      return new AttachException("process " + pid + " has ended", cause);
    }
    if (target.hasOtherNetwork()) {
      return new AttachException(target.helpInContainer(), cause);
    }
    if (cause instanceof AttachNotSupportedException) {
      // Known before any signal is sent, from the counters that the JVM shares.
      return new AttachException(
          "process "
              + pid
              + " does not let itself be attached to: it was started with"
              + " -XX:+DisableAttachMechanism, or is still starting or ending ("
              + cause.getMessage()
              + ")",
          cause);
    }
    return new AttachException(
        "cannot attach to process " + pid + ": " + cause.getMessage(), cause);
  }
}
