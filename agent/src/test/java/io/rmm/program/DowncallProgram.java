package io.rmm.program;

import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;

/**
 * Calls the C library's functions for memory as it is told. It knows nothing of the agent.
 *
 * <p>Commands are a function, the name under which memory is held, and numbers; see {@link
 * #answer}. All others are those of {@link MemoryProgram}.
 */
@SuppressWarnings({"SystemOut", "restricted", "StringSplitter"})
public final class DowncallProgram {

  private static final Linker LINKER = Linker.nativeLinker();

  private static final ValueLayout.OfLong LONG = ValueLayout.JAVA_LONG;
  private static final ValueLayout.OfInt INT = ValueLayout.JAVA_INT;

  private static final MethodHandle MALLOC =
      link("malloc", FunctionDescriptor.of(ValueLayout.ADDRESS, LONG));

  /** Not bound to a function, which is given with each call. */
  private static final MethodHandle ANY_TAKING =
      LINKER.downcallHandle(FunctionDescriptor.of(ValueLayout.ADDRESS, LONG));

  private static final MethodHandle ANY_GIVING =
      LINKER.downcallHandle(FunctionDescriptor.ofVoid(ValueLayout.ADDRESS));

  private static final MethodHandle REALLOC =
      link("realloc", FunctionDescriptor.of(ValueLayout.ADDRESS, ValueLayout.ADDRESS, LONG));

  private static final MethodHandle REALLOCARRAY =
      link(
          "reallocarray",
          FunctionDescriptor.of(ValueLayout.ADDRESS, ValueLayout.ADDRESS, LONG, LONG));

  private static final FunctionDescriptor POSIX_MEMALIGN =
      FunctionDescriptor.of(INT, ValueLayout.ADDRESS, LONG, LONG);

  private static final MethodHandle ALIGNED =
      link("posix_memalign", POSIX_MEMALIGN, Linker.Option.critical(true));

  private static final MethodHandle ALIGNED_BY_NUMBER =
      link("posix_memalign", FunctionDescriptor.of(INT, LONG, LONG, LONG));

  private static final MethodHandle FREE =
      link("free", FunctionDescriptor.ofVoid(ValueLayout.ADDRESS));

  private static final MethodHandle MMAP =
      link("mmap", FunctionDescriptor.of(LONG, LONG, LONG, INT, INT, INT, LONG));

  private static final MethodHandle MUNMAP = link("munmap", FunctionDescriptor.of(INT, LONG, LONG));

  private static final MethodHandle MREMAP =
      link(
          "mremap",
          FunctionDescriptor.of(LONG, LONG, LONG, LONG, INT),
          Linker.Option.firstVariadicArg(4));

  private static final MethodHandle MREMAP_TO =
      link(
          "mremap",
          FunctionDescriptor.of(LONG, LONG, LONG, LONG, INT, LONG),
          Linker.Option.firstVariadicArg(4));

  private static final int READ_AND_WRITE = 3;
  private static final int PRIVATE_AND_ANONYMOUS = 0x22;
  private static final int FIXED = 0x10;
  private static final int MAY_MOVE = 1;
  private static final int MOVE_THERE = 3;

  private static final Map<String, MemorySegment> HELD = new HashMap<>();

  private DowncallProgram() {}

  private static MethodHandle link(String name, FunctionDescriptor type, Linker.Option... options) {
    return LINKER.downcallHandle(symbol(name), type, options);
  }

  private static MemorySegment symbol(String name) {
    return LINKER.defaultLookup().findOrThrow(name);
  }

  public static void main(String[] args) throws Throwable {
    BufferedReader commands =
        new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
    for (String command = commands.readLine(); command != null; command = commands.readLine()) {
      System.out.println(answer(command.split(" ")));
    }
  }

  private static String answer(String[] words) throws Throwable {
    return switch (words[0]) {
      case "malloc" -> {
        HELD.put(words[1], (MemorySegment) MALLOC.invokeExact(number(words, 2)));
        yield "took";
      }
      case "callTaking" -> { // FUNCTION NAME NUMBER
        MemorySegment function = symbol(words[1]);
        HELD.put(words[2], (MemorySegment) ANY_TAKING.invokeExact(function, number(words, 3)));
        yield "called";
      }
      case "callGiving" -> { // FUNCTION NAME
        ANY_GIVING.invokeExact(symbol(words[1]), HELD.remove(words[2]));
        yield "called";
      }
      case "valloc", "pvalloc" -> {
        MethodHandle function = link(words[0], FunctionDescriptor.of(ValueLayout.ADDRESS, LONG));
        HELD.put(words[1], (MemorySegment) function.invokeExact(number(words, 2)));
        yield "took";
      }
      case "memalign", "aligned_alloc" -> {
        MethodHandle function =
            link(words[0], FunctionDescriptor.of(ValueLayout.ADDRESS, LONG, LONG));
        HELD.put(words[1], (MemorySegment) function.invokeExact(64L, number(words, 2)));
        yield "took";
      }
      case "posix_memalign" -> aligned(words[1], number(words, 2), 64);
      case "posix_memalign_badly" -> aligned(words[1], number(words, 2), 63);
      case "reallocarray" -> { // NAME COUNT BYTES
        MemorySegment resized =
            (MemorySegment)
                REALLOCARRAY.invokeExact(HELD.get(words[1]), number(words, 2), number(words, 3));
        if (resized.address() != 0) {
          HELD.put(words[1], resized);
        }
        yield resized.address() == 0 ? "refused" : "resized";
      }
      case "free" -> {
        FREE.invokeExact(HELD.remove(words[1]));
        yield "gave";
      }
      case "freeClosed" ->
          thrown(
              () -> {
                FREE.invokeExact(closed(words[1]));
              });
      case "reallocClosed" ->
          thrown(() -> HELD.put("", (MemorySegment) REALLOC.invokeExact(closed(words[1]), 8L)));
      case "mmap" -> {
        hold(words[1], mmap(0, number(words, 2), PRIVATE_AND_ANONYMOUS));
        yield "took";
      }
      case "mmapOver" -> { // NAME OFFSET BYTES
        long at = address(words[1]) + number(words, 2);
        yield "" + (mmap(at, number(words, 3), PRIVATE_AND_ANONYMOUS | FIXED) - at);
      }
      case "mremap" -> { // NAME BYTES NEW_BYTES
        hold(
            words[1],
            (long)
                MREMAP.invokeExact(
                    address(words[1]), number(words, 2), number(words, 3), MAY_MOVE));
        yield "moved";
      }
      case "mremapFails" ->
          "" + (long) MREMAP.invokeExact(address(words[1]), number(words, 2), 0L, MAY_MOVE);
      case "mremapOver" -> { // NAME BYTES OTHER
        long at = address(words[3]);
        yield ""
            + ((long)
                    MREMAP_TO.invokeExact(
                        address(words[1]), number(words, 2), number(words, 2), MOVE_THERE, at)
                - at);
      }
      case "munmap" -> // NAME OFFSET BYTES
          "" + (int) MUNMAP.invokeExact(address(words[1]) + number(words, 2), number(words, 3));
      default -> MemoryProgram.answer(words);
    };
  }

  /**
   * In all the ways that a pointer may be given: four blocks, of which three have a number at the
   * end of their name.
   */
  private static String aligned(String name, long bytes, long alignment) throws Throwable {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment pointer = arena.allocate(ValueLayout.ADDRESS);
      MemorySegment array = MemorySegment.ofArray(new long[1]);
      MemorySegment sizeless = MemorySegment.ofAddress(pointer.address());
      int failures = 0;
      failures += (int) ALIGNED.invokeExact(pointer, alignment, bytes);
      HELD.put(name, pointer.get(ValueLayout.ADDRESS, 0));
      failures += (int) ALIGNED.invokeExact(sizeless, alignment, bytes);
      HELD.put(name + 2, pointer.get(ValueLayout.ADDRESS, 0));
      failures += (int) ALIGNED_BY_NUMBER.invokeExact(pointer.address(), alignment, bytes);
      HELD.put(name + 3, pointer.get(ValueLayout.ADDRESS, 0));
      failures += (int) ALIGNED.invokeExact(array, alignment, bytes);
      HELD.put(name + 4, MemorySegment.ofAddress(array.get(LONG, 0)));
      return failures == 0 ? "took" : "refused";
    }
  }

  private static long number(String[] words, int index) {
    return Long.parseLong(words[index]);
  }

  private static long mmap(long at, long bytes, int flags) throws Throwable {
    return (long) MMAP.invokeExact(at, bytes, READ_AND_WRITE, flags, -1, 0L);
  }

  private static void hold(String name, long address) {
    HELD.put(name, MemorySegment.ofAddress(address));
  }

  private static long address(String name) {
    return HELD.get(name).address();
  }

  /** Returns the memory as a segment of an arena that is closed. */
  private static MemorySegment closed(String name) {
    try (Arena arena = Arena.ofConfined()) {
      return HELD.get(name).reinterpret(8, arena, null);
    }
  }

  /** What throws. */
  private interface Call {
    void run() throws Throwable;
  }

  private static String thrown(Call call) {
    try {
      call.run();
      return "nothing";
    } catch (Throwable e) {
      return e.toString();
    }
  }
}
