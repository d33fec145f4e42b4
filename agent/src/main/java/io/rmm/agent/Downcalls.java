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
 * <p>A function is known by its address, which a handle is bound to or takes with each call.
 * Handles of other shapes than those of C are left alone, as are those that were linked before the
 * agent came: their memory is not seen.
 *
 * @see CFunction
 */
final class Downcalls implements BiFunction<Long, MethodHandle, MethodHandle> {

  /** One that the C library of this process has. */
  private record Found(long address, CFunction function) {}

  private @Nullable List<Found> found;

  @Override
  public MethodHandle apply(@Nullable Long address, MethodHandle function) {
    try {
      return address == null ? unbound(function) : bound(address, function);
    } catch (ReflectiveOperationException e) {
      throw new IllegalStateException(e);
    }
  }

  private MethodHandle bound(long address, MethodHandle function)
      throws ReflectiveOperationException {
    for (Found known : found()) {
      MethodHandle counting = known.address == address ? known.function.counting(function) : null;
      if (counting != null) {
        return counting;
      }
    }
    return function;
  }

  /**
   * A handle that takes the function's address as its first argument may be one to any function of
   * its shape: so it looks at each call which it is.
   */
  private MethodHandle unbound(MethodHandle function) throws ReflectiveOperationException {
    MethodHandle any = function;
    if (CFunction.ALL.stream().anyMatch(known -> known.fitsUnbound(function.type()))) {
      for (Found known : found()) {
        if (known.function.fitsUnbound(function.type())) {
          any = known.function.countingAt(known.address, function, any);
        }
      }
    }
    return any;
  }

  /** Not before a program links something: it takes the JDK 70 ms to look up the first symbol. */
  private synchronized List<Found> found() {
    if (found == null) {
      SymbolLookup library = Linker.nativeLinker().defaultLookup();
      List<Found> all = new ArrayList<>();
      for (CFunction function : CFunction.ALL) {
        library
            .find(function.name())
            .ifPresent(symbol -> all.add(new Found(symbol.address(), function)));
      }
      found = all;
    }
    return found;
  }
}
