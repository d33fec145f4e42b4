package io.rmm.agent;

import java.lang.foreign.Linker;
import java.lang.foreign.SymbolLookup;
import java.lang.invoke.MethodHandle;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BiFunction;
import org.jspecify.annotations.Nullable;

/**
 * Puts counting handles in the place of those that programs link to the C library's functions for
 * memory.
 *
 * <p>A function is known by its address. Handles of other shapes than those of C are left alone, as
 * are functions that were linked before the agent came: their memory is not seen.
 *
 * @see CFunction
 */
final class Downcalls implements BiFunction<Long, MethodHandle, MethodHandle> {

  private static final List<CFunction> FUNCTIONS =
      List.of(
          CFunction.taking("malloc", "J", 'A', "malloc"),
          CFunction.taking("calloc", "JJ", 'A', "calloc"),
          CFunction.taking("aligned_alloc", "JJ", 'A', "alignedAlloc"),
          CFunction.taking("memalign", "JJ", 'A', "alignedAlloc"),
          CFunction.taking("posix_memalign", "PJJ", 'I', "posixMemalign"),
          CFunction.taking("valloc", "J", 'A', "malloc"),
          CFunction.taking("pvalloc", "J", 'A', "malloc"),
          CFunction.taking("mmap", "AJIIIJ", 'A', "mmap"),
          CFunction.giving("realloc", "AJ", 'A'),
          CFunction.giving("reallocarray", "AJJ", 'A'),
          CFunction.giving("free", "A", 'V'),
          CFunction.giving("munmap", "AJ", 'I'));

  private @Nullable Map<Long, CFunction> byAddress;

  @Override
  public MethodHandle apply(Long address, MethodHandle function) {
    CFunction known = known().get(address);
    try {
      MethodHandle counting = known == null ? null : known.counting(function);
      return counting == null ? function : counting;
    } catch (ReflectiveOperationException e) {
      throw new IllegalStateException(e);
    }
  }

  /** Not before a program links something: it takes the JDK 70 ms to look up the first symbol. */
  private synchronized Map<Long, CFunction> known() {
    if (byAddress == null) {
      SymbolLookup library = Linker.nativeLinker().defaultLookup();
      Map<Long, CFunction> found = new HashMap<>();
      for (CFunction function : FUNCTIONS) {
        library.find(function.name()).ifPresent(symbol -> found.put(symbol.address(), function));
      }
      byAddress = found;
    }
    return byAddress;
  }
}
