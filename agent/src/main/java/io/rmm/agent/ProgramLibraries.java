package io.rmm.agent;

import io.rmm.allocator.MemorySource;
import io.rmm.allocator.MemoryView;
import java.lang.instrument.Instrumentation;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.util.ArrayList;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Finds the telemetry libraries of the program, and shows memory there.
 *
 * <p>Nothing of them is loaded or initialized for the agent's sake. Each class loader of the
 * program is asked whether it has loaded the class that holds the library's instance: so those are
 * found that no class path names, as in an executable jar of Spring Boot. Classes are not gone
 * through by their names, which the JDK would make for each, and keep. Of several instances, as
 * several web applications in one server may have, the first is taken, and its loader kept until
 * the agent ends.
 *
 * <p>A look goes through the list of all classes: 10 ms where 15,000 are loaded. So the time
 * between two of them grows with the time that has passed, which makes some fifty in the first ten
 * minutes; and there is none any more when all that was asked for is found.
 */
final class ProgramLibraries implements AutoCloseable {

  private static final long SHORTEST_NANOS = TimeUnit.SECONDS.toNanos(1);
  private static final long LONGEST_NANOS = TimeUnit.MINUTES.toNanos(1);

  /** The time between two looks is this part of the time that has passed. */
  private static final int PART = 10;

  private final MemorySource source;
  private final Instrumentation instrumentation;
  private final Set<ProgramLibrary> missing;
  private final MethodHandle findLoadedClass;
  private final List<AutoCloseable> shown = new ArrayList<>();
  private final long begin = System.nanoTime();
  private long next = begin;

  /**
   * Makes it; nothing is looked for yet.
   *
   * @param wanted what is to be found
   */
  ProgramLibraries(MemorySource source, Instrumentation instrumentation, Set<ProgramLibrary> wanted)
      throws ReflectiveOperationException {
    this.source = source;
    this.instrumentation = instrumentation;
    this.missing = wanted;
    Module agent = ProgramLibraries.class.getModule();
    instrumentation.redefineModule(
        Object.class.getModule(),
        Set.of(),
        Map.of(),
        Map.of("java.lang", Set.of(agent)),
        Set.of(),
        Map.of());
    this.findLoadedClass =
        MethodHandles.privateLookupIn(ClassLoader.class, MethodHandles.lookup())
            .findVirtual(
                ClassLoader.class,
                "findLoadedClass",
                MethodType.methodType(Class.class, String.class));
  }

  /** Looks, if it is time to. */
  void look() {
    long now = System.nanoTime();
    if (missing.isEmpty() || now - next < 0) {
      return;
    }
    next = now + Math.clamp((now - begin) / PART, SHORTEST_NANOS, LONGEST_NANOS);
    for (ClassLoader loader : loaders()) {
      missing.removeIf(library -> show(library, loader));
    }
  }

  /** Returns the program's class loaders: those that are neither the JDK's nor ours. */
  private Set<ClassLoader> loaders() {
    Set<ClassLoader> loaders = Collections.newSetFromMap(new IdentityHashMap<>());
    for (Class<?> type : instrumentation.getAllLoadedClasses()) {
      loaders.add(type.getClassLoader());
    }
    loaders.remove(null);
    loaders.remove(ClassLoader.getPlatformClassLoader());
    loaders.remove(ProgramLibraries.class.getClassLoader());
    loaders.removeIf(GuestClassLoader.class::isInstance);
    return loaders;
  }

  /** Returns whether there is nothing more to be done for the library. */
  private boolean show(ProgramLibrary library, ClassLoader loader) {
    try {
      Class<?> holder = loaded(loader, library.holder);
      if (holder == null || !library.isReady(holder)) {
        return false;
      }
      MemoryView view =
          (MemoryView)
              new GuestClassLoader(holder.getClassLoader())
                  .loadClass(library.view)
                  .getConstructor()
                  .newInstance();
      shown.add(view.attach(source));
    } catch (Exception | LinkageError e) {
      AgentLog.warn("memory is not shown in the program's " + library.displayName, e);
    }
    return true;
  }

  private @Nullable Class<?> loaded(ClassLoader loader, String name)
      throws ReflectiveOperationException {
    try {
      return (Class<?>) findLoadedClass.invokeExact(loader, name);
    } catch (Throwable e) {
      throw new ReflectiveOperationException(e);
    }
  }

  @Override
  public void close() {
    for (AutoCloseable view : shown) {
      try {
        view.close();
      } catch (Exception | LinkageError e) {
        AgentLog.warn("memory is still shown in a library of the program", e);
      }
    }
  }
}
