package io.rmm.exporter.profile;

import io.rmm.allocator.AllocationRejectedException;
import io.rmm.allocator.Block;
import io.rmm.allocator.BudgetLimits;
import io.rmm.allocator.MemoryManager;
import java.util.ArrayList;
import java.util.List;

/**
 * A program that knows nothing of profiles, is refused memory, and ends; without closing anything
 * unless {@code rmm.test.close} is set.
 */
final class ProfiledProgram {

  private ProfiledProgram() {}

  public static void main(String[] args) {
    MemoryManager manager =
        MemoryManager.builder().name("program").limits(BudgetLimits.hard(8 << 20)).build();
    // As a program would that has run for a while: services are attached by then.
    manager.awaitViews();
    List<Block> held = new ArrayList<>();
    try {
      while (true) {
        held.add(manager.allocate(64 << 10));
      }
    } catch (AllocationRejectedException e) {
      System.out.println("refused after " + held.size());
    }
    if (Boolean.getBoolean("rmm.test.close")) {
      manager.close();
    }
    System.exit(0);
  }
}
