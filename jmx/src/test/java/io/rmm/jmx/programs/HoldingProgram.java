package io.rmm.jmx.programs;

import io.rmm.allocator.Block;
import io.rmm.allocator.MemoryManager;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/**
 * Holds known amounts of memory of every kind, and prints the ledger. Its argument is a file of
 * {@link #MAPPED} bytes.
 */
public final class HoldingProgram {

  private static final int MIB = 1 << 20;

  /** Bytes of the mapped file, all of which are touched. */
  public static final long MAPPED = 16L * MIB;

  /** Bytes of a direct buffer. */
  public static final long DIRECT = 24L * MIB;

  /** Bytes of a shared arena of the JDK. */
  public static final long ARENA = 40L * MIB;

  /** Bytes of a block of a memory manager, all of which are touched. */
  public static final long TOUCHED_BLOCK = 32L * MIB;

  /** Bytes of a block of a memory manager of which none is touched. */
  public static final long UNTOUCHED_BLOCK = 64L * MIB;

  private HoldingProgram() {}

  /** Runs in a JVM of its own. */
  public static void main(String[] arguments) throws Exception {
    ByteBuffer direct = ByteBuffer.allocateDirect((int) DIRECT);
    try (Arena arena = Arena.ofShared();
        FileChannel file = FileChannel.open(Path.of(arguments[0]), StandardOpenOption.READ);
        MemoryManager manager = MemoryManager.builder().name("holding").build();
        Block touched = manager.allocate(TOUCHED_BLOCK);
        Block untouched = manager.allocate(UNTOUCHED_BLOCK)) {
      manager.awaitViews();
      MemorySegment segment = arena.allocate(ARENA);
      touched.segment().fill((byte) 1);
      long sum = 0;
      MemorySegment mapped = file.map(FileChannel.MapMode.READ_ONLY, 0, MAPPED, arena);
      for (long at = 0; at < MAPPED; at += 4096) {
        sum += mapped.get(ValueLayout.JAVA_BYTE, at);
      }
      LedgerPrinter ledger = new LedgerPrinter();
      ledger.awaitSample();
      ledger.print();
      for (String line : Files.readAllLines(Path.of("/proc/self/status"))) {
        if (line.startsWith("VmRSS")) {
          System.out.println("VmRSS=" + (Long.parseLong(line.replaceAll("\\D", "")) << 10));
        }
      }
      System.out.println(
          "held=" + (sum + direct.capacity() + segment.byteSize() + untouched.byteSize()));
    }
    System.out.println("left=" + LedgerPrinter.beans());
  }
}
