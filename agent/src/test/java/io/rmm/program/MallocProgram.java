package io.rmm.program;

import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import javax.management.InstanceNotFoundException;
import javax.management.MBeanServer;
import javax.management.ObjectName;
import javax.management.openmbean.CompositeData;

/**
 * Takes memory from {@code malloc} as it is told, and says what the ledger shows. It knows nothing
 * of the agent.
 *
 * <p>Commands are {@code take BYTES COUNT}, {@code reserve BYTES}, which leaves the memory
 * untouched, {@code give}, which frees all but the last that was taken, {@code ledger LINE} and
 * {@code explained}.
 */
@SuppressWarnings({"SystemOut", "restricted", "StringSplitter"})
public final class MallocProgram {

  private static final Linker LINKER = Linker.nativeLinker();

  private static final MethodHandle MALLOC =
      link("malloc", FunctionDescriptor.of(ValueLayout.ADDRESS, ValueLayout.JAVA_LONG));

  private static final MethodHandle FREE =
      link("free", FunctionDescriptor.ofVoid(ValueLayout.ADDRESS));

  private static final List<MemorySegment> HELD = new ArrayList<>();

  private MallocProgram() {}

  private static MethodHandle link(String name, FunctionDescriptor type) {
    return LINKER.downcallHandle(LINKER.defaultLookup().findOrThrow(name), type);
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
      case "take" -> {
        for (int i = 0; i < Integer.parseInt(words[2]); i++) {
          HELD.add(take(Long.parseLong(words[1])).fill((byte) 1));
        }
        yield "took";
      }
      case "reserve" -> {
        HELD.add(take(Long.parseLong(words[1])));
        yield "took";
      }
      case "give" -> {
        List<MemorySegment> given = HELD.subList(0, HELD.size() - 1);
        for (MemorySegment memory : given) {
          FREE.invokeExact(memory);
        }
        given.clear();
        yield "gave";
      }
      default -> ledger(words[0], String.join(" ", List.of(words).subList(1, words.length)));
    };
  }

  private static MemorySegment take(long bytes) throws Throwable {
    return ((MemorySegment) MALLOC.invokeExact(bytes)).reinterpret(bytes);
  }

  private static String ledger(String what, String name) throws Exception {
    MBeanServer server = ManagementFactory.getPlatformMBeanServer();
    ObjectName ledger = new ObjectName("io.rmm:type=NativeMemoryLedger");
    try {
      if (what.equals("explained")) {
        return "" + server.getAttribute(ledger, "ExplainedBytes");
      }
      for (CompositeData line : (CompositeData[]) server.getAttribute(ledger, "Lines")) {
        if (line.get("name").equals(name)) {
          return "" + line.get("resident");
        }
      }
      return "no line";
    } catch (InstanceNotFoundException e) {
      return "no bean";
    }
  }
}
