package io.rmm.program;

import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * Starts {@link TelemetryProgram} as executable jars are started: all of it is in a class loader of
 * its own, and the class path has no library.
 */
public final class LoaderProgram {

  private LoaderProgram() {}

  public static void main(String[] args) throws Exception {
    List<URL> libraries = new ArrayList<>();
    for (String path : System.getProperty("libraries").split(":", -1)) {
      libraries.add(Path.of(path).toUri().toURL());
    }
    ClassLoader loader =
        new URLClassLoader(
            libraries.toArray(new URL[0]), ClassLoader.getSystemClassLoader().getParent());
    Thread.currentThread().setContextClassLoader(loader);
    loader
        .loadClass("io.rmm.program.TelemetryProgram")
        .getMethod("main", String[].class)
        .invoke(null, (Object) args);
  }
}
