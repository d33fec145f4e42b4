package io.rmm.program;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.lang.management.BufferPoolMXBean;
import java.lang.management.ManagementFactory;
import java.nio.ByteBuffer;
import java.nio.MappedByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.LongAdder;
import javax.management.InstanceNotFoundException;
import javax.management.MBeanServer;
import javax.management.ObjectName;
import jdk.jfr.FlightRecorder;
import jdk.jfr.Recording;

/**
 * Takes memory of each kind as it is told, and says what the agent's beans show. It knows nothing
 * of the agent.
 *
 * <p>Commands are {@code take KIND NAME BYTES}, {@code give NAME}, {@code used KIND}, {@code
 * attribute TYPE NAME}, {@code sites}, {@code dump FILE}, {@code many COUNT}, {@code drop COUNT
 * BYTES}, {@code resize FROM TO}, {@code pool NAME}.
 */
@SuppressWarnings({"SystemOut", "restricted", "MustBeClosedChecker", "UnusedVariable"})
public final class MemoryProgram {

  /** What gives memory back. */
  private interface Memory {
    void free() throws Throwable;
  }

  private static final Map<String, Memory> HELD = new HashMap<>();

  private MemoryProgram() {}

  public static void main(String[] args) throws Throwable {
    BufferedReader commands =
        new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
    for (String command = commands.readLine(); command != null; command = commands.readLine()) {
      System.out.println(answer(command.split(" ")));
    }
  }

  /** Does as told. */
  static String answer(String[] words) throws Throwable {
    try {
      return switch (words[0]) {
        case "take" -> {
          HELD.put(words[2], take(words[1], Long.parseLong(words[3])));
          yield "took";
        }
        case "give" -> {
          HELD.remove(words[1]).free();
          yield "gave";
        }
        case "giveTwice" -> {
          Memory memory = HELD.remove(words[1]);
          memory.free();
          memory.free();
          yield "gave";
        }
        case "forget" -> {
          HELD.remove(words[1]);
          System.gc();
          yield "forgot";
        }
        case "used" ->
            attribute("Budget", ",name=root" + (words.length > 1 ? "/" + words[1] : ""), "Used");
        case "attribute" -> attribute(words[1], "", words[2]);
        case "drop" -> {
          for (int i = Integer.parseInt(words[1]); i > 0; i--) {
            ByteBuffer.allocateDirect(Integer.parseInt(words[2]));
          }
          yield "dropped";
        }
        case "resize" -> {
          long address = SunUnsafe.allocateMemory(Long.parseLong(words[1]));
          SunUnsafe.freeMemory(SunUnsafe.reallocateMemory(address, Long.parseLong(words[2])));
          yield "resized";
        }
        case "pool" -> Long.toString(pool(words[1]));
        case "many" -> many(Integer.parseInt(words[1]));
        case "sites" -> sites();
        case "dump" -> {
          try (Recording snapshot = FlightRecorder.getFlightRecorder().takeSnapshot()) {
            snapshot.dump(Path.of(words[1]));
          }
          yield "dumped";
        }
        default -> throw new IllegalArgumentException(words[0]);
      };
    } catch (InstanceNotFoundException e) {
      return "no bean";
    } catch (OutOfMemoryError e) {
      return "refused: " + e.getMessage();
    }
  }

  /**
   * Has four threads take so many blocks through Unsafe each, of 16 to 1,039 bytes, and free each
   * other's: all but every third. Returns the bytes of those.
   */
  private static String many(int count) throws Throwable {
    long[][] addresses = new long[4][count];
    LongAdder left = new LongAdder();
    together(
        thread -> {
          for (int i = 0; i < count; i++) {
            addresses[thread][i] = SunUnsafe.allocateMemory(16 + i % 1_024);
          }
        });
    together(
        thread -> {
          for (int i = 0; i < count; i++) {
            if (i % 3 != 0) {
              SunUnsafe.freeMemory(addresses[(thread + 1) % 4][i]);
            } else {
              left.add(16 + i % 1_024);
            }
          }
        });
    return left.toString();
  }

  /** What one of four threads does. */
  private interface Part {
    void of(int thread) throws Throwable;
  }

  private static void together(Part part) throws Throwable {
    List<Throwable> failures = Collections.synchronizedList(new ArrayList<>());
    Thread[] threads = new Thread[4];
    for (int i = 0; i < threads.length; i++) {
      int thread = i;
      threads[i] =
          Thread.ofVirtual()
              .start(
                  () -> {
                    try {
                      part.of(thread);
                    } catch (Throwable e) {
                      failures.add(e);
                    }
                  });
    }
    for (Thread thread : threads) {
      thread.join();
    }
    for (Throwable failure : failures) {
      throw failure;
    }
  }

  private static String attribute(String type, String more, String name) throws Exception {
    MBeanServer server = ManagementFactory.getPlatformMBeanServer();
    return String.valueOf(
        server.getAttribute(new ObjectName("io.rmm:type=" + type + ",manager=jvm" + more), name));
  }

  /** Returns the bytes that the JDK says are in one of its pools. */
  private static long pool(String name) {
    return ManagementFactory.getPlatformMXBeans(BufferPoolMXBean.class).stream()
        .filter(pool -> pool.getName().equals(name))
        .mapToLong(BufferPoolMXBean::getMemoryUsed)
        .sum();
  }

  /** All in one line. */
  private static String sites() throws Exception {
    Object[] rows =
        (Object[])
            ManagementFactory.getPlatformMBeanServer()
                .getAttribute(new ObjectName("io.rmm:type=Leaks,manager=jvm"), "TopSites");
    StringBuilder all = new StringBuilder();
    for (Object row : rows) {
      all.append(((javax.management.openmbean.CompositeData) row).values()).append("; ");
    }
    return all.toString();
  }

  private static Memory take(String kind, long bytes) throws Throwable {
    return switch (kind) {
      case "direct" -> {
        ByteBuffer buffer = ByteBuffer.allocateDirect(Math.toIntExact(bytes));
        yield () -> SunUnsafe.invokeCleaner(buffer);
      }
      case "arena.confined" -> takeFrom(Arena.ofConfined(), bytes);
      case "arena.shared" -> takeFrom(Arena.ofShared(), bytes);
      case "arena.auto" -> holding(Arena.ofAuto().allocate(bytes));
      case "arena.global" -> holding(Arena.global().allocate(bytes));
      case "unsafe" -> {
        long address = SunUnsafe.allocateMemory(bytes);
        yield () -> SunUnsafe.freeMemory(address);
      }
      case "mapped" -> map(bytes);
      case "malloc" -> {
        MemorySegment memory = (MemorySegment) CLibrary.MALLOC.invokeExact(bytes);
        yield () -> {
          CLibrary.FREE.invokeExact(memory);
        };
      }
      default -> throw new IllegalArgumentException(kind);
    };
  }

  private static Memory takeFrom(Arena arena, long bytes) {
    MemorySegment _ = arena.allocate(bytes);
    return arena::close;
  }

  private static Memory holding(Object memory) {
    return new Memory() {
      private final Object held = memory;

      @Override
      public void free() {}
    };
  }

  private static Memory map(long bytes) throws IOException {
    Path file = Files.createTempFile("mapped", "");
    try (FileChannel channel =
        FileChannel.open(
            file,
            StandardOpenOption.READ,
            StandardOpenOption.WRITE,
            StandardOpenOption.DELETE_ON_CLOSE)) {
      MappedByteBuffer buffer = channel.map(FileChannel.MapMode.READ_WRITE, 0, bytes);
      return () -> SunUnsafe.invokeCleaner(buffer);
    }
  }

  /** Linked when it is first needed, which may be after the agent came. */
  private static final class CLibrary {

    private static final Linker LINKER = Linker.nativeLinker();

    static final MethodHandle MALLOC =
        link("malloc", FunctionDescriptor.of(ValueLayout.ADDRESS, ValueLayout.JAVA_LONG));

    static final MethodHandle FREE = link("free", FunctionDescriptor.ofVoid(ValueLayout.ADDRESS));

    private static MethodHandle link(String name, FunctionDescriptor type) {
      return LINKER.downcallHandle(LINKER.defaultLookup().findOrThrow(name), type);
    }
  }
}
