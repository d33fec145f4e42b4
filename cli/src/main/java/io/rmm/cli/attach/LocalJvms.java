package io.rmm.cli.attach;

import com.sun.tools.attach.VirtualMachine;
import io.rmm.dashboards.console.ManagerName;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import javax.management.JMException;

/**
 * The JVMs of this machine that this user may attach to, and which of them have memory managers.
 *
 * <p>Only a JVM itself can say whether it has any: a class path does not tell where RMM was packed
 * into another archive. So each is asked, all at the same time, at the cost of starting its local
 * management agent.
 */
public final class LocalJvms {

  /**
   * A JVM.
   *
   * @param pid the number of its process
   * @param program the name of its main class or archive
   * @param managers the names of its memory managers
   * @param problem why it could not be asked, or an empty string
   */
  public record Entry(long pid, String program, List<String> managers, String problem) {

    /** Keeps a copy. */
    public Entry {
      managers = List.copyOf(managers);
    }
  }

  private LocalJvms() {}

  /** Asks all JVMs but this one. */
  public static List<Entry> list() {
    String self = Long.toString(ProcessHandle.current().pid());
    List<Future<Entry>> answers = new ArrayList<>();
    try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      VirtualMachine.list().stream()
          .filter(jvm -> !jvm.id().equals(self))
          .forEach(
              jvm ->
                  answers.add(
                      threads.submit(() -> ask(Long.parseLong(jvm.id()), jvm.displayName()))));
    }
    return answers.stream()
        .map(Future::resultNow)
        .sorted(Comparator.comparingLong(Entry::pid))
        .toList();
  }

  private static Entry ask(long pid, String commandLine) {
    String program = commandLine.strip().split("\\s+", 2)[0];
    try (JvmConnection jvm = JvmConnection.open(pid)) {
      List<String> managers =
          jvm.call(ManagerName::all).stream().map(ManagerName::toString).toList();
      return new Entry(pid, program, managers, "");
    } catch (AttachException | JMException | RuntimeException | LinkageError e) {
      // Whatever is wrong with one must not hide the others.
      return new Entry(pid, program, List.of(), String.valueOf(e.getMessage()));
    }
  }
}
