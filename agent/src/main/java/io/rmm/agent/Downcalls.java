package io.rmm.agent;

import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BiFunction;
import org.jspecify.annotations.Nullable;

/**
 * Puts counting handles in the place of those that programs link to the C library's functions for
 * memory.
 *
 * <p>A function is known by its address. The program's handle keeps its type, and what it returns
 * is what the function returned: the counting is folded around it, so that the JIT compiles both as
 * one. Handles of other shapes than those of C are left alone, as are functions that were linked
 * before the agent came: their memory is not seen.
 *
 * @see CountedCalls
 */
final class Downcalls implements BiFunction<Long, MethodHandle, MethodHandle> {

  private static final MethodHandles.Lookup LOOKUP = MethodHandles.lookup();

  /** Makes a counting handle of one to its function; null if it has not the shape expected. */
  private interface Wrapping {
    @Nullable MethodHandle of(MethodHandle function) throws ReflectiveOperationException;
  }

  private @Nullable Map<Long, Wrapping> byAddress;

  @Override
  public MethodHandle apply(Long address, MethodHandle function) {
    Wrapping wrapping = known().get(address);
    if (wrapping == null) {
      return function;
    }
    try {
      MethodHandle counting = wrapping.of(function);
      return counting == null ? function : counting;
    } catch (ReflectiveOperationException e) {
      throw new IllegalStateException(e);
    }
  }

  /** Not before a program links something: it takes the JDK 70 ms to look up the first symbol. */
  private synchronized Map<Long, Wrapping> known() {
    if (byAddress == null) {
      SymbolLookup library = Linker.nativeLinker().defaultLookup();
      Map<String, Wrapping> byName =
          Map.of(
              "malloc", function -> taking(function, 1, "malloc"),
              "calloc", function -> taking(function, 2, "calloc"),
              "aligned_alloc", function -> taking(function, 2, "alignedAlloc"),
              "realloc", Downcalls::reallocating,
              "free", function -> giving(function, 1, "free"),
              "mmap", Downcalls::mapping,
              "munmap", function -> giving(function, 2, "munmap"));
      Map<Long, Wrapping> found = new HashMap<>();
      byName.forEach(
          (name, wrapping) ->
              library.find(name).ifPresent(symbol -> found.put(symbol.address(), wrapping)));
      byAddress = found;
    }
    return byAddress;
  }

  // ---- handles ----

  /** Has {@code hook} called with what {@code function} has returned, and its last arguments. */
  private static @Nullable MethodHandle taking(MethodHandle function, int arguments, String hook)
      throws ReflectiveOperationException {
    MethodType type = function.type();
    if (!isAddress(type.returnType()) || !endsWithLongs(type, arguments)) {
      return null;
    }
    List<Class<?>> parameters =
        new ArrayList<>(Collections.nCopies(arguments + 1, (Class<?>) long.class));
    MethodHandle counting =
        MethodHandles.filterArguments(
            LOOKUP.findStatic(
                CountedCalls.class, hook, MethodType.methodType(void.class, parameters)),
            0,
            addressOf(type.returnType()));
    int leading = type.parameterCount() - arguments;
    counting = MethodHandles.dropArguments(counting, 1, type.parameterList().subList(0, leading));
    return returning(function, counting);
  }

  private static @Nullable MethodHandle mapping(MethodHandle function)
      throws ReflectiveOperationException {
    // addr, length, prot, flags, fd, offset
    MethodType type = function.type();
    int first = type.parameterCount() - 6;
    if (first < 0
        || !isAddress(type.returnType())
        || !isAddress(type.parameterType(first))
        || type.parameterType(first + 1) != long.class) {
      return null;
    }
    MethodHandle counting =
        MethodHandles.filterArguments(
            LOOKUP.findStatic(
                CountedCalls.class,
                "mmap",
                MethodType.methodType(void.class, long.class, long.class)),
            0,
            addressOf(type.returnType()));
    counting =
        MethodHandles.dropArguments(
            counting, 2, type.parameterList().subList(first + 2, first + 6));
    counting = MethodHandles.dropArguments(counting, 1, type.parameterList().subList(0, first + 1));
    return returning(function, counting);
  }

  /** Calls {@code function}, then {@code counting} with its result and all of its arguments. */
  private static MethodHandle returning(MethodHandle function, MethodHandle counting) {
    MethodType type = function.type();
    MethodHandle result =
        MethodHandles.dropArguments(
            MethodHandles.identity(type.returnType()), 1, type.parameterList());
    return MethodHandles.foldArguments(MethodHandles.foldArguments(result, counting), function);
  }

  /** Has {@code hook} called with the last arguments before {@code function} is. */
  private static @Nullable MethodHandle giving(MethodHandle function, int arguments, String hook)
      throws ReflectiveOperationException {
    MethodType type = function.type();
    int first = type.parameterCount() - arguments;
    if (first < 0 || !isAddress(type.parameterType(first))) {
      return null;
    }
    List<Class<?>> parameters =
        new ArrayList<>(Collections.nCopies(arguments, (Class<?>) long.class));
    MethodHandle counting =
        MethodHandles.filterArguments(
            LOOKUP.findStatic(
                CountedCalls.class, hook, MethodType.methodType(void.class, parameters)),
            0,
            addressOf(type.parameterType(first)));
    counting = MethodHandles.dropArguments(counting, 0, type.parameterList().subList(0, first));
    return MethodHandles.foldArguments(function, counting);
  }

  private static @Nullable MethodHandle reallocating(MethodHandle function)
      throws ReflectiveOperationException {
    MethodType type = function.type();
    int first = type.parameterCount() - 2;
    if (first < 0
        || !isAddress(type.returnType())
        || !isAddress(type.parameterType(first))
        || type.parameterType(first + 1) != long.class) {
      return null;
    }
    List<Class<?>> leading = type.parameterList().subList(0, first);
    MethodHandle before =
        MethodHandles.filterArguments(
            LOOKUP.findStatic(
                CountedCalls.class,
                "beforeRealloc",
                MethodType.methodType(long.class, long.class, long.class)),
            0,
            addressOf(type.parameterType(first)));
    MethodHandle after =
        MethodHandles.filterArguments(
            LOOKUP.findStatic(
                CountedCalls.class,
                "afterRealloc",
                MethodType.methodType(void.class, long.class, long.class, long.class, long.class)),
            0,
            addressOf(type.returnType()),
            null,
            addressOf(type.parameterType(first)));
    after = MethodHandles.dropArguments(after, 2, leading);
    MethodHandle result =
        MethodHandles.dropArguments(
            MethodHandles.dropArguments(
                MethodHandles.identity(type.returnType()), 1, type.parameterList()),
            1,
            long.class);
    MethodHandle withEntry =
        MethodHandles.foldArguments(
            MethodHandles.foldArguments(result, after),
            MethodHandles.dropArguments(function, 0, long.class));
    return MethodHandles.foldArguments(withEntry, MethodHandles.dropArguments(before, 0, leading));
  }

  private static boolean isAddress(Class<?> type) {
    return type == long.class || type == MemorySegment.class;
  }

  private static boolean endsWithLongs(MethodType type, int count) {
    int first = type.parameterCount() - count;
    return first >= 0
        && type.parameterList().subList(first, first + count).stream()
            .allMatch(parameter -> parameter == long.class);
  }

  private static MethodHandle addressOf(Class<?> type) throws ReflectiveOperationException {
    return type == long.class
        ? MethodHandles.identity(long.class)
        : LOOKUP.findVirtual(MemorySegment.class, "address", MethodType.methodType(long.class));
  }
}
