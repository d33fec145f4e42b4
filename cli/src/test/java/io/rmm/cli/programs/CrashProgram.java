package io.rmm.cli.programs;

import io.rmm.allocator.Block;
import io.rmm.allocator.Budget;
import io.rmm.allocator.BudgetLimits;
import io.rmm.allocator.MemoryManager;
import io.rmm.allocator.SafetyMode;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.nio.ByteBuffer;
import java.util.zip.CRC32;

/** Misuses a guarded block in a way that no JVM survives. */
public final class CrashProgram {

  private static final int SIZE = 4096;

  private static final MethodHandle MEMSET = c("memset", ValueLayout.JAVA_INT);
  private static final MethodHandle MEMCPY = c("memcpy", ValueLayout.ADDRESS);

  private CrashProgram() {}

  /**
   * Crashes.
   *
   * @param args how
   */
  public static void main(String[] args) throws Throwable {
    MemoryManager manager =
        MemoryManager.builder()
            .name("orders")
            .safetyMode(SafetyMode.PARANOID)
            .discoverViews(false)
            .build();
    Block block = load(manager.rootBudget().child("cache", BudgetLimits.unlimited()));
    System.out.println("block " + block.id());
    switch (args[0]) {
      case "overrun" -> overrun(block);
      case "overread" -> overread(block, manager.allocate(2 * SIZE));
      case "underrun" -> underrun(block);
      case "freed" -> useFreed(block);
      case "swap" -> swap(block);
      case "checksum" -> checksum(block);
      case "foreign" -> foreign();
      default -> throw new IllegalArgumentException(args[0]);
    }
  }

  private static Block load(Budget budget) {
    return budget.allocate(SIZE);
  }

  private static void overrun(Block block) throws Throwable {
    MEMSET.invokeExact(block.segment(), 0, SIZE + 1L);
  }

  private static void overread(Block from, Block to) throws Throwable {
    MEMCPY.invokeExact(to.segment(), from.segment(), SIZE + 8L);
  }

  private static void underrun(Block block) throws Throwable {
    MEMSET.invokeExact(MemorySegment.ofAddress(block.address() - 2), 0, 1L);
  }

  private static void useFreed(Block block) throws Throwable {
    MemorySegment stale = block.segment();
    discard(block);
    MEMSET.invokeExact(stale.asSlice(40), 0, 1L);
  }

  private static void discard(Block block) {
    block.close();
  }

  /** Interpreted, a compare-and-set is not among the accesses whose fault the JVM survives. */
  private static void swap(Block block) {
    MemorySegment stale = block.segment();
    discard(block);
    System.out.println(ValueLayout.JAVA_LONG.varHandle().compareAndSet(stale, 16L, 0L, 1L));
  }

  /** Java by its name, and native code by what it does. */
  private static void checksum(Block block) {
    ByteBuffer stale = block.asByteBuffer();
    discard(block);
    CRC32 checksum = new CRC32();
    checksum.update(stale);
    System.out.println(checksum.getValue());
  }

  private static void foreign() throws Throwable {
    MEMSET.invokeExact(MemorySegment.ofAddress(64), 0, 1L);
  }

  @SuppressWarnings("restricted")
  private static MethodHandle c(String function, ValueLayout second) {
    Linker linker = Linker.nativeLinker();
    return linker.downcallHandle(
        linker.defaultLookup().find(function).orElseThrow(),
        FunctionDescriptor.ofVoid(ValueLayout.ADDRESS, second, ValueLayout.JAVA_LONG));
  }
}
