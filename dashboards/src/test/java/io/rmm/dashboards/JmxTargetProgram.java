package io.rmm.dashboards;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.rmm.allocator.AllocationRejectedException;
import io.rmm.allocator.Block;
import io.rmm.allocator.Budget;
import io.rmm.allocator.BudgetLimits;
import io.rmm.allocator.ExporterStatistics;
import io.rmm.allocator.MemoryListener;
import io.rmm.allocator.MemoryManager;
import io.rmm.allocator.MemoryMisuseException;
import io.rmm.allocator.MisuseReport;
import io.rmm.allocator.TuningDecision;
import io.rmm.allocator.TuningKnob;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.lang.foreign.Arena;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;

/**
 * The program that JMX clients look at: three managers, of which two have one name, and budgets
 * with all the names that are allowed and that somebody might quote wrongly. There is something to
 * tell of everything that beans tell: a refusal, a misuse, a leak, a guarded block, a tuning
 * decision, an exporter.
 *
 * <p>It is quiet once it has printed {@value #READY}, so that numbers read at different moments
 * agree. A line on its standard input makes it misuse memory once; the end of its input ends it,
 * and so it never outlives the test that started it.
 */
public final class JmxTargetProgram {

  static final String READY = "ready";
  static final String MANAGER = "orders";

  /** A manager's name that has to be quoted in an object name. */
  static final String ODD_MANAGER = "odd, \"quoted\" *";

  /** What jmx_exporter makes of a bean before it looks for rules; there is none of this name. */
  static final String LIKE_A_BEAN = "io.rmm<type=MemoryManager, manager=none><>Committed: 7";

  /** What stands in names that no program should choose, and some do. */
  static final List<String> ODD_BUDGETS =
      List.of(
          "a,b",
          "a=b:c",
          "\"quoted\"",
          "half\"quoted",
          "*",
          "what?",
          "back\\slash",
          "back\\slash, and more",
          "angle <> brackets",
          "$1 {braces} and %s",
          ", instance=2><>Used: 7",
          LIKE_A_BEAN,
          " spaces around ",
          "Größe 字 \uD83D\uDE00",
          "*".repeat(128),
          "x".repeat(128));

  /**
   * Budgets of all managers: the root, a tenant, its cache and the odd ones twice, and one root.
   */
  static final int BUDGETS = 2 * (3 + ODD_BUDGETS.size()) + 1;

  private JmxTargetProgram() {}

  /** Runs in a JVM of its own. */
  public static void main(String[] arguments) throws IOException {
    List<Block> live = new ArrayList<>();
    try (MemoryManager orders =
            MemoryManager.builder().name(MANAGER).limits(BudgetLimits.hard(1L << 30)).build();
        MemoryManager odd = MemoryManager.builder().name(ODD_MANAGER).build();
        MemoryManager again = MemoryManager.builder().name(MANAGER).build();
        Arena arena = orders.openSharedArena()) {
      orders.awaitViews();
      export(orders);
      live.add(again.allocate(77));
      for (MemoryManager manager : List.of(orders, odd)) {
        use(manager, live);
        manager.awaitViews();
      }
      fill(arena);
      tune(orders);
      guard(orders, live);
      leak(orders);
      misuse(orders);
      for (MemoryManager manager : List.of(orders, odd, again)) {
        manager.purge(); // what is given back now is not given back while somebody compares
      }
      System.out.println(READY);
      BufferedReader requests =
          new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
      while (requests.readLine() != null) {
        misuse(orders);
      }
      live.forEach(Block::close);
    }
  }

  private static void use(MemoryManager manager, List<Block> live) {
    Budget root = manager.rootBudget();
    Budget tenant = root.child("tenant 7", new BudgetLimits(0, 1 << 19, 1 << 20));
    Budget cache = tenant.child("cache", BudgetLimits.unlimited());
    int size = 100;
    for (String name : ODD_BUDGETS) {
      Budget budget = root.child(name, BudgetLimits.unlimited());
      live.add(budget.allocate(size += 1000)); // so that no two budgets show the same number
      budget.allocate(size).close();
    }
    live.add(cache.allocate(300_000));
    try {
      live.add(cache.allocate(1 << 20));
      throw new AssertionError("the tenant's limit was not kept");
    } catch (AllocationRejectedException e) {
      // as it should be: clients are to see one refusal
    }
  }

  /** Counts the misuses that it is told of, as an exporter that hands them on would. */
  private static void export(MemoryManager manager) {
    AtomicLong sent = new AtomicLong();
    manager.addListener(
        new MemoryListener() {
          @Override
          public void onMisuse(MisuseReport report) {
            sent.incrementAndGet();
          }
        });
    manager.addExporter(() -> new ExporterStatistics("test", sent.get(), 3, 2, 1, 0, "none"));
  }

  private static void fill(Arena arena) {
    arena.allocate(5_000).fill((byte) 1);
  }

  private static void tune(MemoryManager manager) {
    long before = manager.knob(TuningKnob.RETAINED_BYTES);
    manager.tune(
        new TuningDecision(
            TuningKnob.RETAINED_BYTES,
            before,
            12_345_678,
            TuningDecision.Verdict.RAISED,
            "test",
            "for clients to see"));
  }

  /** Which blocks are guarded is chance, and the first of a process are not. */
  private static void guard(MemoryManager manager, List<Block> live) {
    await()
        .until(
            () -> {
              live.add(manager.allocate(256 << 10));
              return manager.snapshot().guardedBlocks() > 0;
            });
  }

  /** Of a block of 32 means between two samples not to be one is less likely than 1 in 10^13. */
  private static void leak(MemoryManager manager) {
    allocateAndForget(manager);
    await()
        .until(
            () -> {
              System.gc();
              return manager.snapshot().leakSuspects() == 1;
            });
  }

  private static void allocateAndForget(MemoryManager manager) {
    assertThat(manager.allocate(16 << 20).isAlive()).isTrue();
  }

  private static void misuse(MemoryManager manager) {
    Block block = manager.allocate(64);
    block.close();
    try {
      block.close();
      throw new AssertionError("the double free was not found");
    } catch (MemoryMisuseException e) {
      // as it should be: clients are to see one misuse
    }
  }
}
