package io.rmm.allocator;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;

/** Calls the C library's qsort, whose comparison comes back to Java amid the call. */
final class SortInC {
  Runnable whileAcquired = () -> {};
  Throwable failure;
  long calls;

  @SuppressWarnings("restricted")
  MethodHandle qsort() {
    return Linker.nativeLinker()
        .downcallHandle(
            Linker.nativeLinker().defaultLookup().find("qsort").orElseThrow(),
            FunctionDescriptor.ofVoid(
                ValueLayout.ADDRESS,
                ValueLayout.JAVA_LONG,
                ValueLayout.JAVA_LONG,
                ValueLayout.ADDRESS));
  }

  @SuppressWarnings("restricted")
  void sort(MethodHandle qsort, MemorySegment numbers) throws Throwable {
    var pointer = ValueLayout.ADDRESS.withTargetLayout(ValueLayout.JAVA_INT);
    MethodHandle compare =
        MethodHandles.lookup()
            .findVirtual(
                SortInC.class,
                "compare",
                MethodType.methodType(int.class, MemorySegment.class, MemorySegment.class))
            .bindTo(this);
    try (Arena stubs = Arena.ofConfined()) {
      MemorySegment stub =
          Linker.nativeLinker()
              .upcallStub(
                  compare, FunctionDescriptor.of(ValueLayout.JAVA_INT, pointer, pointer), stubs);
      qsort.invokeExact(numbers, 2L, 4L, stub);
    }
  }

  @SuppressWarnings("unused") // by the upcall
  int compare(MemorySegment one, MemorySegment other) {
    calls++;
    try {
      whileAcquired.run();
    } catch (Throwable e) {
      // An exception must not leave an upcall.
      failure = e;
    }
    return Integer.compare(one.get(ValueLayout.JAVA_INT, 0), other.get(ValueLayout.JAVA_INT, 0));
  }
}
