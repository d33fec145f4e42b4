package io.rmm.agent;

import java.io.IOException;
import java.io.InputStream;

/**
 * Loads views into the company of the program's telemetry libraries: the libraries are those of the
 * program, RMM's classes that use them are loaded anew, and the rest is the agent's.
 */
final class GuestClassLoader extends ClassLoader {

  static {
    registerAsParallelCapable();
  }

  private final ClassLoader program;

  /**
   * Makes it.
   *
   * @param program the loader of the library
   */
  GuestClassLoader(ClassLoader program) {
    super(GuestClassLoader.class.getClassLoader());
    this.program = program;
  }

  @Override
  protected Class<?> loadClass(String name, boolean resolve) throws ClassNotFoundException {
    if (name.startsWith("io.opentelemetry.") || name.startsWith("io.micrometer.")) {
      return program.loadClass(name);
    }
    if (!name.startsWith("io.rmm.exporter.") && !name.startsWith("io.rmm.agent.program.")) {
      return super.loadClass(name, resolve);
    }
    synchronized (getClassLoadingLock(name)) {
      Class<?> loaded = findLoadedClass(name);
      return loaded == null ? findClass(name) : loaded;
    }
  }

  @Override
  protected Class<?> findClass(String name) throws ClassNotFoundException {
    try (InputStream stream = getResourceAsStream(name.replace('.', '/') + ".class")) {
      if (stream == null) {
        throw new ClassNotFoundException(name);
      }
      byte[] bytes = stream.readAllBytes();
      return defineClass(name, bytes, 0, bytes.length);
    } catch (IOException e) {
      throw new ClassNotFoundException(name, e);
    }
  }
}
