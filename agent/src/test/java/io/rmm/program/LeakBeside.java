package io.rmm.program;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Runs a program as it is, and beside it a thread that takes memory of the kinds named and never
 * gives it back: a small block of each, some ten times a second, up to {@link #MOST} of each.
 *
 * <p>Arguments are the kinds, joined by commas; the program's main class; and its arguments. It
 * knows nothing of the agent.
 */
@SuppressWarnings({"SystemOut", "restricted", "MustBeClosedChecker", "UnusedVariable"})
public final class LeakBeside {

  /** Less than the mean distance of two samples, so that a block alone is seldom seen. */
  private static final int BLOCK = 128 << 10;

  /** So that a program that is forgotten does not take the machine's memory. */
  private static final long MOST = 96L << 20;

  private static final long PAUSE_MILLIS = 80;

  private static final List<Object> HELD = new ArrayList<>();

  private LeakBeside() {}

  public static void main(String[] args) throws Throwable {
    String[] kinds = args[0].split(",");
    Thread.ofPlatform().daemon().name("leak").start(() -> leak(kinds));
    Class.forName(args[1])
        .getMethod("main", String[].class)
        .invoke(null, (Object) Arrays.copyOfRange(args, 2, args.length));
  }

  private static void leak(String[] kinds) {
    try {
      for (long held = 0; held < MOST; held += BLOCK) {
        for (String kind : kinds) {
          take(kind);
        }
        Thread.sleep(PAUSE_MILLIS);
      }
    } catch (Throwable e) {
      throw new IllegalStateException(e); // the JVM writes it
    }
  }

  private static void take(String kind) throws Throwable {
    switch (kind) {
      case "direct" -> direct();
      case "arena.confined" -> confined();
      case "arena.shared" -> shared();
      case "arena.auto" -> auto();
      case "unsafe" -> unsafe();
      case "mapped" -> mapped();
      case "malloc" -> malloc();
      case "mmap" -> mmap();
      default -> throw new IllegalArgumentException(kind);
    }
  }

  private static void direct() {
    HELD.add(ByteBuffer.allocateDirect(BLOCK));
  }

  private static void confined() {
    HELD.add(Arena.ofConfined().allocate(BLOCK));
  }

  private static void shared() {
    HELD.add(Arena.ofShared().allocate(BLOCK));
  }

  private static void auto() {
    HELD.add(Arena.ofAuto().allocate(BLOCK));
  }

  private static void unsafe() throws Throwable {
    long _ = SunUnsafe.allocateMemory(BLOCK);
  }

  private static void mapped() throws IOException {
    Path file = Files.createTempFile("mapped", "");
    try (FileChannel channel =
        FileChannel.open(
            file,
            StandardOpenOption.READ,
            StandardOpenOption.WRITE,
            StandardOpenOption.DELETE_ON_CLOSE)) {
      HELD.add(channel.map(FileChannel.MapMode.READ_WRITE, 0, BLOCK));
    }
  }

  private static void malloc() throws Throwable {
    MemorySegment _ = (MemorySegment) CLibrary.MALLOC.invokeExact((long) BLOCK);
  }

  private static void mmap() throws Throwable {
    MemorySegment _ =
        (MemorySegment)
            CLibrary.MMAP.invokeExact(
                MemorySegment.NULL,
                (long) BLOCK,
                CLibrary.READ_AND_WRITE,
                CLibrary.PRIVATE_AND_ANONYMOUS,
                -1,
                0L);
  }

  /** As the C library of Linux has it. */
  private static final class CLibrary {

    static final int READ_AND_WRITE = 1 | 2;
    static final int PRIVATE_AND_ANONYMOUS = 2 | 32;

    private static final Linker LINKER = Linker.nativeLinker();

    static final MethodHandle MALLOC = link("malloc", ValueLayout.JAVA_LONG);

    static final MethodHandle MMAP =
        link(
            "mmap",
            ValueLayout.ADDRESS,
            ValueLayout.JAVA_LONG,
            ValueLayout.JAVA_INT,
            ValueLayout.JAVA_INT,
            ValueLayout.JAVA_INT,
            ValueLayout.JAVA_LONG);

    private static MethodHandle link(String name, MemoryLayout... parameters) {
      return LINKER.downcallHandle(
          LINKER.defaultLookup().findOrThrow(name),
          FunctionDescriptor.of(ValueLayout.ADDRESS, parameters));
    }
  }
}
