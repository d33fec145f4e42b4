package io.rmm.demo.load;

import com.sun.management.HotSpotDiagnosticMXBean;
import io.rmm.allocator.AllocationRejectedException;
import io.rmm.allocator.Block;
import io.rmm.allocator.Budget;
import io.rmm.allocator.MemoryMisuseException;
import java.lang.management.ManagementFactory;

/**
 * The mistakes that the demo makes on purpose, so that there is something to find. They go straight
 * to the budget of the tenant, past the cache.
 *
 * <p>A leak is seen if the block was observed, which happens to one byte in 512 KiB on average, and
 * once the garbage collector has found its handle unreachable. Ten blocks of 64 KiB a second make
 * an observed one every 0.8 s: that none is observed in 10 s has a probability of 4 in a million. A
 * program with as little to do as the demo might not collect garbage for minutes; see {@link
 * #collectOften}.
 */
final class PlantedFaults {

  private static final long BLOCK_BYTES = 64 << 10;

  private final Budget budget;

  PlantedFaults(Budget budget) {
    this.budget = budget;
  }

  /** Has the G1 collector, the usual one, look for garbage every five seconds. */
  static void collectOften() {
    ManagementFactory.getPlatformMXBean(HotSpotDiagnosticMXBean.class)
        .setVMOption("G1PeriodicGCInterval", "5000");
  }

  /** Allocates a block, uses it, and loses it. */
  void leakOneBlock() {
    try {
      Block block = budget.allocate(BLOCK_BYTES);
      block.segment().fill((byte) 1);
    } catch (AllocationRejectedException full) {
      // After long enough the leaks have filled the tenant's budget; nobody else's.
    }
  }

  /** Frees a block, and frees it again; the memory manager refuses and reports it. */
  void freeTwice() {
    try {
      Block block = budget.allocate(BLOCK_BYTES);
      block.close();
      block.close();
    } catch (MemoryMisuseException reported) {
      // The listeners have the report already.
    } catch (AllocationRejectedException full) {
      // As above.
    }
  }
}
