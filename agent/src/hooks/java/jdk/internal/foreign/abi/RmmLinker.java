package jdk.internal.foreign.abi;

import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.util.function.BiFunction;

/**
 * What {@code AbstractLinker} calls when it has made a handle: so that the agent can put a counting
 * one in the place of a handle to {@code malloc} and its like.
 */
public final class RmmLinker {

  /**
   * Given the address of a function and a handle to it, returns what the program gets. Without an
   * address, the handle takes it as its first argument.
   */
  private static volatile BiFunction<Long, MethodHandle, MethodHandle> wrapper;

  /** Whether the thread is linking for the agent, which must not be wrapped. */
  private static final ThreadLocal<Boolean> BUSY = new ThreadLocal<>();

  /** The private method that {@link #downcallHandle} is in the place of; null before its first. */
  private static volatile MethodHandle original;

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
    return wrap(((MemorySegment) symbol).address(), handle.bindTo(symbol));
  }

  /** In the place of the method that makes a handle, where it is not bound to a function. */
  static MethodHandle downcallHandle(
      AbstractLinker linker, FunctionDescriptor function, Linker.Option[] options) {
    try {
      MethodHandle made = original == null ? find() : original;
      return wrap(null, (MethodHandle) made.invokeExact(linker, function, options));
    } catch (RuntimeException | Error e) {
      throw e;
    } catch (Throwable e) {
      throw new AssertionError("it declares no exception", e);
    }
  }

  private static MethodHandle find() throws ReflectiveOperationException {
    MethodHandle found =
        MethodHandles.privateLookupIn(AbstractLinker.class, MethodHandles.lookup())
            .findVirtual(
                AbstractLinker.class,
                "downcallHandle0",
                MethodType.methodType(
                    MethodHandle.class, FunctionDescriptor.class, Linker.Option[].class));
    original = found;
    return found;
  }

  private static MethodHandle wrap(Long address, MethodHandle handle) {
    BiFunction<Long, MethodHandle, MethodHandle> by = wrapper;
    if (by == null || BUSY.get() != null) {
      return handle;
    }
    BUSY.set(true);
    try {
      return by.apply(address, handle);
    } catch (Throwable e) {
      return handle; // the program's own handle, uncounted
    } finally {
      BUSY.remove();
    }
  }
}
