package jdk.internal.foreign.abi;

import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;
import java.util.function.BiFunction;

/**
 * What {@code AbstractLinker} calls when it has made a handle: so that the agent can put a counting
 * one in the place of a handle to {@code malloc} and its like.
 */
public final class RmmLinker {

  /** Given the address of a function and a handle to it, returns what the program gets. */
  private static volatile BiFunction<Long, MethodHandle, MethodHandle> wrapper;

  /** Whether the thread is linking for the agent, which must not be wrapped. */
  private static final ThreadLocal<Boolean> BUSY = new ThreadLocal<>();

  private RmmLinker() {}

  /** Has handles wrapped by {@code by} from now on; by nobody if that is null. */
  public static void wrapBy(BiFunction<Long, MethodHandle, MethodHandle> by) {
    wrapper = by;
  }

  /** Links a function for the agent, which needs no leave of the program here. */
  @SuppressWarnings("restricted")
  public static MethodHandle link(MemorySegment symbol, FunctionDescriptor type) {
    return Linker.nativeLinker().downcallHandle(symbol, type);
  }

  /** In the place of {@link MethodHandle#bindTo}, where a handle is bound to its function. */
  static MethodHandle bindTo(MethodHandle handle, Object symbol) {
    MethodHandle bound = handle.bindTo(symbol);
    BiFunction<Long, MethodHandle, MethodHandle> by = wrapper;
    if (by == null || BUSY.get() != null) {
      return bound;
    }
    BUSY.set(true);
    try {
      return by.apply(((MemorySegment) symbol).address(), bound);
    } catch (Throwable e) {
      return bound; // the program's own handle, uncounted
    } finally {
      BUSY.remove();
    }
  }
}
