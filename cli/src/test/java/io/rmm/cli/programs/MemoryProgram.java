package io.rmm.cli.programs;

import io.rmm.allocator.Block;
import io.rmm.allocator.Budget;
import io.rmm.allocator.BudgetLimits;
import io.rmm.allocator.MemoryManager;
import io.rmm.allocator.MemoryMisuseException;
import io.rmm.allocator.SafetyMode;
import java.io.OutputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.LockSupport;

/**
 * Holds memory of two managers of one name until its input ends: a known number of bytes, in as
 * many budgets as the first argument says beside a few with names of their own. Frees one block
 * twice.
 */
public final class MemoryProgram {

  /** What it writes when all is held. */
  public static final String READY = "ready";

  private MemoryProgram() {}

  /** Runs in a JVM of its own. */
  @SuppressWarnings("try") // the second manager is only held open
  public static void main(String[] arguments) throws Exception {
    int budgets = Integer.parseInt(arguments[0]);
    try (MemoryManager orders =
            MemoryManager.builder().name("orders").safetyMode(SafetyMode.PARANOID).build();
        MemoryManager _ = MemoryManager.builder().name("orders").build()) {
      List<Block> held = new ArrayList<>();
      Budget full = orders.rootBudget().child("full \"quoted\",*=?", BudgetLimits.hard(1 << 20));
      held.add(full.allocate(1_000_000));
      Budget waiting = orders.rootBudget().child("waiting", BudgetLimits.unlimited());
      held.add(waiting.allocate(64));
      for (int i = 0; i < budgets; i++) {
        held.add(
            orders.rootBudget().child("tenant-" + i, BudgetLimits.unlimited()).allocate(1_000 + i));
      }
      freeTwice(orders);
      orders.awaitViews();
      System.out.println(READY);
      Thread load = Thread.ofPlatform().daemon().start(() -> allocateOn(waiting));
      System.in.transferTo(OutputStream.nullOutputStream());
      load.interrupt();
      load.join();
      held.forEach(Block::close);
    }
  }

  /** So that there are rates. */
  private static void allocateOn(Budget budget) {
    while (!Thread.interrupted()) {
      budget.allocate(256).close();
      LockSupport.parkNanos(1_000_000);
    }
  }

  private static void freeTwice(MemoryManager manager) {
    Block block = manager.allocate(32);
    block.close();
    try {
      block.close();
    } catch (MemoryMisuseException expected) {
      // That is what it is for.
    }
  }
}
