package io.rmm.cli.attach;

import com.sun.tools.attach.VirtualMachine;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * What can be known of a process before attaching to it.
 *
 * <p>Attaching begins with a SIGQUIT, which asks a JVM to open a socket, and asks many other
 * programs to end. So it must be known before that the process is a JVM: it has mapped the JVM's
 * library. That is read from {@code /proc}; on systems without it, the JDK's own list of JVMs
 * decides, which misses those started with {@code -XX:-UsePerfData}.
 */
public final class TargetProcess {

  private static final Path PROC = Path.of("/proc");

  private final long pid;

  private TargetProcess(long pid) {
    this.pid = pid;
  }

  /**
   * Returns the process with the number {@code pid}, if it is a JVM that this user may attach to.
   *
   * @throws AttachException if it is not; the message says what it is instead, and what to do
   */
  public static TargetProcess of(long pid) throws AttachException {
    Optional<ProcessHandle> handle = ProcessHandle.of(pid);
    if (handle.isEmpty()) {
      throw new AttachException("there is no process " + pid + "; 'rmm top' lists the JVMs");
    }
    if (pid == ProcessHandle.current().pid()) {
      throw new AttachException("process " + pid + " is this very command");
    }
    TargetProcess target = new TargetProcess(pid);
    if (Files.isDirectory(PROC.resolve(Long.toString(pid)))) {
      target.checkByProc(handle.get());
    } else if (VirtualMachine.list().stream().noneMatch(vm -> vm.id().equals(Long.toString(pid)))) {
      throw new AttachException("process " + pid + " is no JVM that this user may attach to");
    }
    return target;
  }

  /** Returns the number of the process. */
  public long pid() {
    return pid;
  }

  /** Tells whether a signal has stopped the process, so that it cannot answer. */
  boolean isStopped() {
    return status("State:").startsWith("T");
  }

  /**
   * Tells whether the process has a network of its own, as in a container. The address under which
   * it offers its MBeans is one of that network then.
   */
  boolean hasOtherNetwork() {
    return namespace(Long.toString(pid), "net")
        .flatMap(other -> namespace("self", "net").map(own -> !own.equals(other)))
        .orElse(false);
  }

  /** Returns what to do about a process that lives in a container. */
  String helpInContainer() {
    // The numbers in all namespaces, from this one to the container's.
    List<String> numbers = List.of(status("NSpid:").split("\\s+", -1));
    String there = numbers.size() > 1 ? " (as process " + numbers.getLast() + ")" : "";
    return "process "
        + pid
        + " runs in a container"
        + there
        + ", whose network this command cannot reach: run rmm in there, with 'docker exec',"
        + " 'kubectl exec' or, as root, 'nsenter --target "
        + pid
        + " --net'";
  }

  private void checkByProc(ProcessHandle handle) throws AttachException {
    String group = status("Tgid:");
    if (!group.isEmpty() && !group.equals(Long.toString(pid))) {
      throw new AttachException(pid + " is a thread of process " + group + "; give that number");
    }
    if (status("State:").startsWith("Z")) {
      throw new AttachException("process " + pid + " has ended");
    }
    try (Stream<String> maps =
        Files.lines(PROC.resolve(pid + "/maps"), StandardCharsets.ISO_8859_1)) {
      if (maps.noneMatch(line -> line.endsWith("/libjvm.so"))) {
        throw new AttachException(
            "process " + pid + name(handle) + " is no JVM; 'rmm top' lists the JVMs");
      }
    } catch (AccessDeniedException e) {
      throw new AttachException(outOfReach(handle), e);
    } catch (IOException e) {
      throw new AttachException("process " + pid + " has ended", e);
    }
  }

  private String outOfReach(ProcessHandle handle) {
    String owner = handle.info().user().orElse("another user");
    String self = System.getProperty("user.name");
    if (owner.equals(self)) {
      return "process " + pid + " does not let itself be looked into, and so cannot be attached to";
    }
    return "process "
        + pid
        + " belongs to "
        + owner
        + ", and this is "
        + self
        + ": run the command as the same user, for example with 'sudo -u "
        + owner
        + "'";
  }

  private static String name(ProcessHandle handle) {
    return handle
        .info()
        .command()
        .map(command -> " (" + Path.of(command).getFileName() + ")")
        .orElse("");
  }

  /** Returns the value of a line in the process's status, or an empty string. */
  private String status(String key) {
    try (Stream<String> lines =
        Files.lines(PROC.resolve(pid + "/status"), StandardCharsets.ISO_8859_1)) {
      return lines
          .filter(line -> line.startsWith(key))
          .findFirst()
          .map(line -> line.substring(key.length()).strip())
          .orElse("");
    } catch (IOException e) {
      return ""; // it has ended, or this system has no such file
    }
  }

  private static Optional<String> namespace(String process, String kind) {
    try {
      return Optional.of(Files.readSymbolicLink(PROC.resolve(process + "/ns/" + kind)).toString());
    } catch (IOException e) {
      return Optional.empty();
    }
  }
}
