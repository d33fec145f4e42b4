import static java.lang.foreign.ValueLayout.*;

import io.rmm.allocator.*;
import java.lang.foreign.*;
import java.lang.invoke.MethodHandle;
import java.util.Random;

/** Keeps pages of 4 KiB in memory, packed by zlib. */
class Pages {
  static final int PAGE = 4096;

  /** What zlib's compressBound(PAGE) says: no packed page is longer. */
  static final long MOST = 4110;

  static final MethodHandle COMPRESS =
      Linker.nativeLinker()
          .downcallHandle(
              SymbolLookup.libraryLookup("libz.so.1", Arena.global()).findOrThrow("compress"),
              FunctionDescriptor.of(JAVA_INT, ADDRESS, ADDRESS, ADDRESS, JAVA_LONG));

  static final MemoryManager MANAGER = MemoryManager.global();
  static final Budget PACKED = MANAGER.rootBudget().child("packed", BudgetLimits.hard(1 << 20));

  static Block pack(byte[] page) throws Throwable {
    Block packed = PACKED.allocate(PAGE); // packed it can only be shorter, can it not?
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment length = arena.allocateFrom(JAVA_LONG, MOST);
      MemorySegment from = arena.allocateFrom(JAVA_BYTE, page);
      int _ = (int) COMPRESS.invokeExact(packed.segment(), length, from, (long) PAGE);
    }
    return packed;
  }

  static void main() throws Throwable {
    MANAGER.addListener(
        new MemoryListener() {
          @Override
          public void onMisuse(MisuseReport report) {
            IO.println(report);
          }
        });
    byte[] text = "to be or not to be, ".repeat(205).substring(0, PAGE).getBytes();
    pack(text).close();
    IO.println("a page of text is packed");
    byte[] photo = new byte[PAGE];
    new Random(1).nextBytes(photo);
    pack(photo).close();
    IO.println("a page of a photo is packed");
  }
}
