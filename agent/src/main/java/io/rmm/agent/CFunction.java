package io.rmm.agent;

import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A function of the C library for memory, and how a handle to it is made a counting one.
 *
 * <p>The counting is folded around the program's handle, whose type stays, so that the JIT compiles
 * both as one. Linkers put parameters of their own before those of the function, which are passed
 * over.
 *
 * @param name by which the C library knows it
 * @param parameters a letter each: {@code A} an address, {@code J} a number as long as an address,
 *     {@code I} an int, {@code P} a pointer to what the function writes, which the hook gets as it
 *     is
 * @param result likewise; {@code V} if there is none
 * @param hook the method of {@link CountedCalls} that is called with the result and the arguments;
 *     empty if there are two: one that is called before, with the arguments, and one after it with
 *     what it threw, the result, what the first returned, and the arguments
 * @param kept what the first of two returns
 */
record CFunction(String name, String parameters, char result, String hook, Class<?> kept) {

  private static final MethodHandles.Lookup LOOKUP = MethodHandles.lookup();

  /** Those that are counted. */
  static final List<CFunction> ALL =
      List.of(
          taking("malloc", "J", 'A', "malloc"),
          taking("calloc", "JJ", 'A', "calloc"),
          taking("aligned_alloc", "JJ", 'A', "alignedAlloc"),
          taking("memalign", "JJ", 'A', "alignedAlloc"),
          taking("posix_memalign", "PJJ", 'I', "posixMemalign"),
          taking("valloc", "J", 'A', "malloc"),
          taking("pvalloc", "J", 'A', "malloc"),
          taking("mmap", "AJIIIJ", 'A', "mmap"),
          giving("realloc", "AJ", 'A'),
          giving("reallocarray", "AJJ", 'A'),
          giving("free", "A", 'V'),
          unmapping("munmap", "AJ", 'I'),
          unmapping("mremap", "AJJI", 'A'),
          unmapping("mremap", "AJJIA", 'A'));

  /** A function that takes memory. */
  private static CFunction taking(String name, String parameters, char result, String hook) {
    return new CFunction(name, parameters, result, hook, void.class);
  }

  /**
   * A function that gives memory back. That is counted before, since as soon as the memory is free
   * another thread may get the same address, and counted back if the function fails or throws.
   */
  private static CFunction giving(String name, String parameters, char result) {
    return new CFunction(name, parameters, result, "", long.class);
  }

  /** As {@link #giving}, of memory that ends in parts. */
  private static CFunction unmapping(String name, String parameters, char result) {
    return new CFunction(name, parameters, result, "", long[].class);
  }

  /** Returns a counting handle for one to the function; null if that is not of its shape. */
  @Nullable MethodHandle counting(MethodHandle function) throws ReflectiveOperationException {
    return fits(function.type()) ? wrap(function) : null;
  }

  private MethodHandle wrap(MethodHandle function) throws ReflectiveOperationException {
    return hook.isEmpty() ? around(function) : after(function);
  }

  /** Tells whether a handle that takes the function's address first is of its shape. */
  boolean fitsUnbound(MethodType type) {
    return type.parameterCount() == parameters.length() + 1 && fits(type);
  }

  /** Returns a handle that counts where it is called with this address, and else is another. */
  MethodHandle countingAt(long address, MethodHandle function, MethodHandle other)
      throws ReflectiveOperationException {
    MethodHandle isAt =
        LOOKUP.findStatic(
            CFunction.class,
            "isAt",
            MethodType.methodType(boolean.class, long.class, MemorySegment.class));
    return MethodHandles.guardWithTest(
        MethodHandles.insertArguments(isAt, 0, address), wrap(function), other);
  }

  static boolean isAt(long address, MemorySegment function) {
    return function.address() == address;
  }

  private boolean fits(MethodType type) {
    int first = type.parameterCount() - parameters.length();
    if (first < 0 || !fits(type.returnType(), result)) {
      return false;
    }
    for (int i = 0; i < parameters.length(); i++) {
      if (!fits(type.parameterType(first + i), parameters.charAt(i))) {
        return false;
      }
    }
    return true;
  }

  private static boolean fits(Class<?> type, char letter) {
    return switch (letter) {
      case 'A', 'P' -> type == long.class || type == MemorySegment.class;
      case 'J' -> type == long.class;
      case 'I' -> type == int.class;
      default -> type == void.class;
    };
  }

  /** Calls {@code function}, then the hook with its result and its arguments. */
  private MethodHandle after(MethodHandle function) throws ReflectiveOperationException {
    MethodType type = function.type();
    MethodHandle counting = hook(hook, void.class, List.of(type.returnType()), type);
    return MethodHandles.foldArguments(
        MethodHandles.foldArguments(resultAlone(type), counting), function);
  }

  /** Calls one hook, {@code function}, and the other hook, whatever happens. */
  private MethodHandle around(MethodHandle function) throws ReflectiveOperationException {
    MethodType type = function.type();
    String capital = Character.toUpperCase(name.charAt(0)) + name.substring(1);
    MethodHandle before = hook("before" + capital, kept, List.of(), type);
    List<Class<?>> first = new ArrayList<>();
    first.add(Throwable.class);
    if (result != 'V') {
      first.add(type.returnType());
    }
    first.add(kept);
    MethodHandle after = hook("after" + capital, void.class, first, type);
    if (result != 'V') {
      MethodHandle returning = MethodHandles.dropArguments(resultAlone(type), 1, kept);
      returning = MethodHandles.dropArguments(returning, 0, Throwable.class);
      after = MethodHandles.foldArguments(returning, after);
    }
    MethodHandle called = MethodHandles.dropArguments(function, 0, kept);
    return MethodHandles.foldArguments(MethodHandles.tryFinally(called, after), before);
  }

  /** Takes a result and all arguments, and returns the result. */
  private static MethodHandle resultAlone(MethodType type) {
    return MethodHandles.dropArguments(
        MethodHandles.identity(type.returnType()), 1, type.parameterList());
  }

  /**
   * Finds a method of {@link CountedCalls}, which knows addresses as numbers, and adapts it to the
   * handle's parameters.
   *
   * @param first what it takes before the arguments
   */
  private MethodHandle hook(String hook, Class<?> returns, List<Class<?>> first, MethodType type)
      throws ReflectiveOperationException {
    int leading = type.parameterCount() - parameters.length();
    List<Class<?>> given = new ArrayList<>(first);
    given.addAll(type.parameterList().subList(leading, type.parameterCount()));
    List<Class<?>> taken = new ArrayList<>(given);
    for (int i = 0; i < given.size(); i++) {
      boolean asItIs = i >= first.size() && parameters.charAt(i - first.size()) == 'P';
      if (given.get(i) == MemorySegment.class && !asItIs) {
        taken.set(i, long.class);
      }
    }
    MethodHandle method =
        LOOKUP.findStatic(CountedCalls.class, hook, MethodType.methodType(returns, taken));
    for (int i = 0; i < taken.size(); i++) {
      if (taken.get(i) != given.get(i)) {
        method = MethodHandles.filterArguments(method, i, address());
      }
    }
    return MethodHandles.dropArguments(
        method, first.size(), type.parameterList().subList(0, leading));
  }

  private static MethodHandle address() throws ReflectiveOperationException {
    return LOOKUP.findStatic(
        CFunction.class, "addressOf", MethodType.methodType(long.class, MemorySegment.class));
  }

  static long addressOf(@Nullable MemorySegment segment) {
    return segment == null ? 0 : segment.address(); // it threw, or will for this argument
  }
}
