package io.rmm.jmx.ledger;

import io.rmm.allocator.MemorySource;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executor;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/**
 * The ledger of this process: the memory managers that it knows, and the samples that all who show
 * it share. So the bean and the metrics tell the same, and cost as much as one of them.
 *
 * <p>The process's memory is looked at every five seconds while somebody reads. The container's
 * files are read every second: headroom is what alarms go by. Neither is done by the thread that
 * reads, for on a machine with very many groups the kernel adds up their statistics for it.
 *
 * <p>All of it runs in one daemon thread, which ends when it has had nothing to do for a while.
 */
public final class Ledger {

  /** Finer than what resident memory is looked at for, which goes by minutes. */
  private static final long MEMORY_FRESH_NANOS = TimeUnit.SECONDS.toNanos(5);

  private static final long CONTAINER_FRESH_NANOS = TimeUnit.SECONDS.toNanos(1);

  /** Longer than the pause between two samples of a process with few mappings. */
  private static final long IDLE_SECONDS = 30;

  private static final LedgerSample NOTHING_YET =
      new LedgerSample(
          0, 0, Account.UNKNOWN, List.of(), Map.of(), List.of("The first sample is not ready yet"));

  private static final ContainerLimits.Reading NO_LIMITS_YET =
      new ContainerLimits.Reading(
          ContainerLimits.NONE,
          ContainerLimits.UNKNOWN,
          ContainerLimits.NONE,
          "The container's limits have not been read yet");

  private static final Ledger OF_THIS_PROCESS = new Ledger();

  private final List<MemorySource> sources = new CopyOnWriteArrayList<>();
  private final ScheduledThreadPoolExecutor worker = newWorker();
  private final Sampled<LedgerSample> memory;
  private final Sampled<ContainerLimits.Reading> container;

  private Ledger() {
    Path root = Path.of("/");
    LedgerSampler sampler =
        new LedgerSampler(root, ManagementFactory.getPlatformMBeanServer(), sources);
    this.memory =
        new Sampled<>(
            sampler::take, MEMORY_FRESH_NANOS, worker, System::nanoTime, Ledger::processorNanos);
    this.container =
        new Sampled<>(
            new ContainerLimits(root)::read,
            CONTAINER_FRESH_NANOS,
            worker,
            System::nanoTime,
            Ledger::processorNanos);
  }

  /** Returns the ledger of this process, or, to be exact, of this class loader in it. */
  public static Ledger ofThisProcess() {
    return OF_THIS_PROCESS;
  }

  /** Adds a source for a view; for a second view it is there twice. */
  public void add(MemorySource source) {
    sources.add(source);
  }

  /** Takes a source of a view out. Without any, nothing is sampled. */
  public void remove(MemorySource source) {
    sources.remove(source);
    if (sources.isEmpty()) {
      memory.stop();
      container.stop();
    }
  }

  /** Returns a sample of the process's memory; waits for a second at the most if there is none. */
  public LedgerSample memory() {
    return memory.current().orElse(NOTHING_YET);
  }

  /** Returns the latest sample of the process's memory, if there is one, and never waits. */
  public Optional<LedgerSample> latestMemory() {
    return memory.latest();
  }

  /** Returns the container's limits; waits for a second at the most if they are not known. */
  public ContainerLimits.Reading container() {
    return container.current().orElse(NO_LIMITS_YET);
  }

  /** Returns what was last read of the container's limits, if it was read, and never waits. */
  public Optional<ContainerLimits.Reading> latestContainer() {
    return container.latest();
  }

  /** Returns the thread that samples, for other work that readers are not to wait for. */
  public Executor worker() {
    return worker;
  }

  /** Not the time that passes: on a busy machine that is mostly time in which others run. */
  private static long processorNanos() {
    ThreadMXBean threads = ManagementFactory.getThreadMXBean();
    return threads.isCurrentThreadCpuTimeSupported() && threads.isThreadCpuTimeEnabled()
        ? threads.getCurrentThreadCpuTime()
        : System.nanoTime();
  }

  private static ScheduledThreadPoolExecutor newWorker() {
    ScheduledThreadPoolExecutor worker =
        new ScheduledThreadPoolExecutor(
            1,
            Thread.ofPlatform()
                .daemon()
                .name("rmm-ledger")
                .inheritInheritableThreadLocals(false)
                .factory());
    worker.setKeepAliveTime(IDLE_SECONDS, TimeUnit.SECONDS);
    worker.allowCoreThreadTimeOut(true);
    worker.setRemoveOnCancelPolicy(true);
    return worker;
  }
}
