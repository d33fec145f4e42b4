package io.rmm.agent;

import java.io.IOException;
import java.io.InputStream;
import java.lang.instrument.ClassFileTransformer;
import java.lang.instrument.Instrumentation;
import java.lang.instrument.UnmodifiableClassException;
import java.lang.invoke.MethodHandles;
import java.security.ProtectionDomain;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.zip.CRC32;
import jdk.internal.misc.RmmDigest;
import jdk.internal.misc.RmmProbe;
import org.jspecify.annotations.Nullable;

/**
 * Puts the hooks into the JDK, and takes them out again.
 *
 * <p><b>How.</b> The classes that count are defined into packages of {@code java.base}, which the
 * agent has opened to itself: so they need no place on the boot class path, which would cost the
 * program's classes their sharing. Then the few classes that take memory are transformed, so that
 * some of their calls lead to them. All of the rest of the JDK stays as it is.
 *
 * <p><b>All or nothing.</b> Where one class is not what this knows, all are left as they were: half
 * of the hooks would count memory whose free they do not see.
 *
 * <p><b>Others</b> may transform the same classes later, and what they are given is the JDK's own
 * then, without hooks. A transformer that stays registered would prevent that, but as long as there
 * is one, the JVM reads the file of each class that it loads, also of those that it has in its
 * archive, to show it: {@code javac} of two files took half a second longer. So it is registered
 * for a moment only, and {@link #renew} looks whether the JVM has redefined one of the classes
 * since.
 */
final class Hooks {

  /** Those that are defined, in such an order that each is there when the next needs it. */
  private static final List<String> DEFINED =
      List.of(
          "jdk.internal.misc.RmmDigest", // before all that it tells of
          "jdk.internal.misc.RmmKind",
          "jdk.internal.misc.RmmSink",
          "jdk.internal.misc.RmmCell",
          "jdk.internal.misc.RmmAddresses",
          "jdk.internal.misc.RmmRoom",
          "jdk.internal.misc.RmmLimit",
          "jdk.internal.misc.RmmProbe",
          "jdk.internal.misc.RmmUnsafe",
          "jdk.internal.misc.RmmMaps",
          "java.nio.RmmDeallocator",
          "jdk.internal.foreign.RmmCleanup",
          "jdk.internal.foreign.RmmArenas",
          "jdk.internal.foreign.abi.RmmLinker",
          "sun.nio.ch.RmmMappings");

  /** A class of the JDK in each of their packages. */
  private static final Map<String, String> NEIGHBOURS =
      Map.of(
          "jdk.internal.misc", "jdk.internal.misc.Unsafe",
          "java.nio", "java.nio.Buffer",
          "jdk.internal.foreign", "jdk.internal.foreign.MemorySessionImpl",
          "jdk.internal.foreign.abi", "jdk.internal.foreign.abi.AbstractLinker",
          "sun.nio.ch", "sun.nio.ch.FileChannelImpl");

  private final Instrumentation instrumentation;
  private final Set<String> classes;
  private boolean inPlace;
  private long redefinitions;

  Hooks(Instrumentation instrumentation) {
    this.instrumentation = instrumentation;
    this.classes = CallSites.classes();
    if (ModuleLayer.boot().findModule("jdk.unsupported").isEmpty()) {
      classes.remove("sun/misc/Unsafe"); // a runtime that was linked without it
    }
  }

  /** Returns by what they are put in place. */
  Instrumentation instrumentation() {
    return instrumentation;
  }

  /**
   * Defines the classes that count, unless they are there from an agent that has ended.
   *
   * @throws IllegalStateException if those that are there are of another version
   */
  void define() {
    Module base = Object.class.getModule();
    Set<Module> agent = Set.of(Hooks.class.getModule());
    Map<String, Set<Module>> packages = new HashMap<>();
    for (String name : NEIGHBOURS.keySet()) {
      packages.put(name, agent);
    }
    packages.put("jdk.internal.access", agent); // for EarlierMemory
    instrumentation.redefineModule(base, Set.of(), packages, packages, Set.of(), Map.of());
    try {
      CRC32 digest = new CRC32();
      List<byte[]> files = new ArrayList<>();
      for (String name : DEFINED) {
        byte[] file = file(name);
        digest.update(file);
        files.add(file);
      }
      for (int i = 0; i < files.size(); i++) {
        if (!isDefined(DEFINED.get(i))) {
          define(DEFINED.get(i), files.get(i));
        }
        if (i == 0) {
          check(digest.getValue());
        }
      }
    } catch (IOException | ReflectiveOperationException e) {
      throw new IllegalStateException("cannot define the hooks", e);
    }
  }

  /** An agent that has ended leaves them behind, for what it has counted is still to be freed. */
  private static boolean isDefined(String name) {
    try {
      Class<?> _ = Class.forName(name, false, null);
      return true;
    } catch (ClassNotFoundException e) {
      return false;
    }
  }

  /** What is there cannot be defined anew, and calls of what it lacks would fail in the program. */
  private static void check(long digest) {
    if (RmmDigest.value == 0) {
      RmmDigest.value = digest;
    } else if (RmmDigest.value != digest) {
      throw new IllegalStateException(
          "this process has the hooks of another version of the agent, which stay until it ends");
    }
  }

  private static byte[] file(String name) throws IOException {
    try (InputStream stream =
        Hooks.class.getResourceAsStream("/hooks/" + name.replace('.', '/') + ".class")) {
      if (stream == null) {
        throw new IOException("the agent's jar has no " + name);
      }
      return stream.readAllBytes();
    }
  }

  private static void define(String name, byte[] file) throws ReflectiveOperationException {
    String neighbour = NEIGHBOURS.get(name.substring(0, name.lastIndexOf('.')));
    Class<?> beside = Class.forName(neighbour, false, null);
    Class<?> _ = MethodHandles.privateLookupIn(beside, MethodHandles.lookup()).defineClass(file);
  }

  /**
   * Puts the hooks in place.
   *
   * @throws IllegalStateException if one cannot be; then none is
   */
  synchronized void install() {
    RmmProbe.begin();
    Transformer transformer = new Transformer(classes);
    instrumentation.addTransformer(transformer, true);
    inPlace = true;
    try {
      retransform();
      redefinitions = Redefinitions.of(loaded());
    } catch (RuntimeException | Error e) {
      transformer.failures.add(e.toString());
    }
    instrumentation.removeTransformer(transformer);
    if (!transformer.failures.isEmpty() || transformer.done.size() < classes.size()) {
      remove();
      throw new IllegalStateException(
          "this JDK is not as expected: "
              + (transformer.failures.isEmpty()
                  ? "some classes were not transformed"
                  : String.join("; ", transformer.failures)));
    }
  }

  /**
   * Puts the hooks in place again if others have transformed their classes.
   *
   * @return whether they had
   * @throws IllegalStateException if they cannot be put in place again; then none is
   */
  synchronized boolean renew() {
    if (!inPlace || Redefinitions.of(loaded()) == redefinitions) {
      return false;
    }
    install();
    return true;
  }

  /**
   * Leaves the JDK as it was before. Buffers and arenas so far go on being counted at their free.
   */
  synchronized void remove() {
    if (inPlace) {
      inPlace = false;
      retransform();
    }
  }

  private void retransform() {
    try {
      instrumentation.retransformClasses(loaded());
    } catch (UnmodifiableClassException e) {
      throw new IllegalStateException(e);
    }
  }

  private Class<?>[] loaded() {
    Class<?>[] loaded = new Class<?>[classes.size()];
    int i = 0;
    try {
      for (String name : classes) {
        loaded[i++] =
            Class.forName(name.replace('/', '.'), false, ClassLoader.getSystemClassLoader());
      }
    } catch (ClassNotFoundException e) {
      throw new IllegalStateException(e);
    }
    return loaded;
  }

  /** Given, for that moment, each class that is loaded. */
  private static final class Transformer implements ClassFileTransformer {

    private final Set<String> classes;
    private final Set<String> done = ConcurrentHashMap.newKeySet();
    private final List<String> failures = new ArrayList<>();

    Transformer(Set<String> classes) {
      this.classes = classes;
    }

    @Override
    public byte @Nullable [] transform(
        @Nullable Module module,
        @Nullable ClassLoader loader,
        @Nullable String name,
        @Nullable Class<?> type,
        @Nullable ProtectionDomain domain,
        byte[] bytes) {
      if (loader != null || name == null || !classes.contains(name)) {
        return null;
      }
      try {
        byte[] transformed = CallSites.transform(name, bytes);
        done.add(name);
        return transformed;
      } catch (Throwable e) {
        failures.add(name + ": " + e);
        return null;
      }
    }
  }
}
