package io.rmm.jmx.programs;

import io.rmm.allocator.Block;
import io.rmm.allocator.MemoryManager;
import io.rmm.allocator.MemorySnapshot;
import io.rmm.allocator.SafetyMode;
import java.util.ArrayList;
import java.util.List;

/** Holds guarded blocks that are touched, and hardly anything else; and prints the ledger. */
public final class GuardingProgram {

  /** Bytes of each block, of which all pages are touched. */
  public static final long BLOCK = 64L << 10;

  /** Blocks that the budget has room for. */
  public static final int BLOCKS = 400;

  private GuardingProgram() {}

  /** Runs in a JVM of its own. */
  public static void main(String[] arguments) throws Exception {
    List<Block> blocks = new ArrayList<>();
    try (MemoryManager manager =
        MemoryManager.builder()
            .name("guarding")
            .safetyMode(SafetyMode.PARANOID)
            .guardBudget(BLOCKS * BLOCK)
            .build()) {
      for (int i = 0; i < BLOCKS; i++) {
        Block block = manager.allocate(BLOCK);
        block.segment().fill((byte) 1);
        blocks.add(block);
      }
      manager.awaitViews();
      LedgerPrinter ledger = new LedgerPrinter();
      ledger.awaitSample();
      ledger.print();
      MemorySnapshot snapshot = manager.snapshot();
      System.out.println("snapshot.committed=" + snapshot.committedBytes());
      System.out.println("snapshot.guardBytes=" + snapshot.guardBytes());
      System.out.println("snapshot.guardedBlocks=" + snapshot.guardedBlocks());
      blocks.forEach(Block::close);
    }
  }
}
