package io.rmm.cli.attach;

import com.sun.tools.attach.VirtualMachine;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;

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

  /** Also where an update has put another one in its place since the JVM began. */
  private static final Pattern JVM_LIBRARY = Pattern.compile("/libjvm\\.so(?: \\(deleted\\))?$");

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
    if (Files.isDirectory(target.folder())) {
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

  /** Returns where the system tells of the process; there may be no such folder. */
  Path folder() {
    return PROC.resolve(Long.toString(pid));
  }

  /** Returns the number that the process has for itself, in its own namespace. */
  long numberInside() {
    String innermost = numbers().getLast();
    return innermost.isEmpty() ? pid : Long.parseLong(innermost);
  }

  /** Returns the numbers in all namespaces, from this one to its own. */
  private List<String> numbers() {
    return List.of(status("NSpid:").split("\\s+", -1));
  }

  /** Tells whether there is no such process any more, or nothing of it but its exit code. */
  boolean hasEnded() {
    return ProcessHandle.of(pid).isEmpty() || isZombie();
  }

  private boolean isZombie() {
    return status("State:").startsWith("Z");
  }

  /** Tells whether a signal has stopped the process, so that it cannot answer. */
  boolean isStopped() {
    return status("State:").startsWith("T");
  }

  /** Returns what to do about a process that is stopped. */
  String helpStopped() {
    return "process "
        + pid
        + " is stopped by a signal and cannot answer; 'kill -CONT "
        + pid
        + "' lets it go on";
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
    List<String> numbers = numbers();
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
    if (isZombie()) {
      throw new AttachException("process " + pid + " has ended");
    }
    try {
      // All at once: a process that ends meanwhile is an exception of this method alone.
      if (Files.readAllLines(folder().resolve("maps"), StandardCharsets.ISO_8859_1).stream()
          .noneMatch(line -> JVM_LIBRARY.matcher(line).find())) {
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
    try {
      return Files.readAllLines(folder().resolve("status"), StandardCharsets.ISO_8859_1).stream()
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
