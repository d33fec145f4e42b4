package io.rmm.agent;

import java.lang.foreign.Linker;
import java.lang.foreign.SymbolLookup;
import java.lang.invoke.MethodHandle;
import java.util.ArrayList;
import java.util.List;
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
          CFunction.unmapping("munmap", "AJ", 'I'),
          CFunction.unmapping("mremap", "AJJI", 'A'),
          CFunction.unmapping("mremap", "AJJIA", 'A'));

  /** One that the C library of this process has. */
  private record Found(long address, CFunction function) {}

  private @Nullable List<Found> found;

  @Override
  public MethodHandle apply(Long address, MethodHandle function) {
    try {
      for (Found known : found()) {
        MethodHandle counting = known.address == address ? known.function.counting(function) : null;
        if (counting != null) {
          return counting;
        }
      }
      return function;
    } catch (ReflectiveOperationException e) {
      throw new IllegalStateException(e);
    }
  }

  /** Not before a program links something: it takes the JDK 70 ms to look up the first symbol. */
  private synchronized List<Found> found() {
    if (found == null) {
      SymbolLookup library = Linker.nativeLinker().defaultLookup();
      List<Found> all = new ArrayList<>();
      for (CFunction function : FUNCTIONS) {
        library
            .find(function.name())
            .ifPresent(symbol -> all.add(new Found(symbol.address(), function)));
      }
      found = all;
    }
    return found;
  }
}
