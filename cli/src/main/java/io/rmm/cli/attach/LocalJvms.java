package io.rmm.cli.attach;

import com.sun.tools.attach.VirtualMachine;
import com.sun.tools.attach.VirtualMachineDescriptor;
import io.rmm.dashboards.console.ManagerName;
import java.lang.ProcessHandle.Info;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.Function;
import javax.management.JMException;

/**
 * The JVMs of this machine that this user may attach to, and which of them have memory managers.
 *
 * <p>To root that would be all, and each would be made to listen and be talked with. So those of
 * other users are counted, and asked only if that is wanted.
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

  /**
   * What was found.
   *
   * @param entries the JVMs that were asked, by number
   * @param ofOthers how many were not asked, since they are other users'
   */
  public record Found(List<Entry> entries, long ofOthers) {

    /** Keeps a copy. */
    public Found {
      entries = List.copyOf(entries);
    }
  }

  private LocalJvms() {}

  /**
   * Asks the JVMs of this user but this one.
   *
   * @param all whether to ask those of other users too
   */
  public static Found list(boolean all) {
    long self = ProcessHandle.current().pid();
    List<VirtualMachineDescriptor> others =
        VirtualMachine.list().stream()
            .filter(jvm -> number(jvm) != self)
            .filter(jvm -> ProcessHandle.of(number(jvm)).isPresent()) // it may have ended since
            .toList();
    List<VirtualMachineDescriptor> wanted =
        others.stream().filter(jvm -> all || isOwn(number(jvm))).toList();
    return new Found(ask(wanted, LocalJvms::ask), others.size() - wanted.size());
  }

  private static long number(VirtualMachineDescriptor jvm) {
    return Long.parseLong(jvm.id());
  }

  /** Of a process whose owner is not known it is not assumed. */
  private static boolean isOwn(long pid) {
    Optional<String> self = ProcessHandle.current().info().user();
    return self.isPresent()
        && ProcessHandle.of(pid).map(ProcessHandle::info).flatMap(Info::user).equals(self);
  }

  /** Asks each, all at the same time. */
  static List<Entry> ask(
      List<VirtualMachineDescriptor> jvms, Function<VirtualMachineDescriptor, Entry> question) {
    Map<VirtualMachineDescriptor, Future<Entry>> answers = new LinkedHashMap<>();
    try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      jvms.forEach(jvm -> answers.put(jvm, threads.submit(() -> question.apply(jvm))));
    }
    return answers.entrySet().stream()
        .map(answer -> entry(answer.getKey(), answer.getValue()))
        .sorted(Comparator.comparingLong(Entry::pid))
        .toList();
  }

  /** Whatever is wrong with one must not hide the others, be it an error. */
  private static Entry entry(VirtualMachineDescriptor jvm, Future<Entry> answer) {
    return answer.state() == Future.State.SUCCESS
        ? answer.resultNow()
        : new Entry(number(jvm), program(jvm), List.of(), problem(answer));
  }

  private static String problem(Future<Entry> answer) {
    Throwable problem = answer.exceptionNow();
    return problem.getMessage() == null ? problem.toString() : problem.getMessage();
  }

  private static String program(VirtualMachineDescriptor jvm) {
    return jvm.displayName().strip().split("\\s+", 2)[0];
  }

  private static Entry ask(VirtualMachineDescriptor descriptor) {
    long pid = number(descriptor);
    try (JvmConnection jvm = JvmConnection.open(pid)) {
      List<String> managers =
          jvm.call(ManagerName::all).stream().map(ManagerName::toString).toList();
      return new Entry(pid, program(descriptor), managers, "");
    } catch (AttachException | JMException e) {
      return new Entry(pid, program(descriptor), List.of(), String.valueOf(e.getMessage()));
    }
  }
}
