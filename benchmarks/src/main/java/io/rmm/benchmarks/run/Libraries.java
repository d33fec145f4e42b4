package io.rmm.benchmarks.run;

import io.rmm.benchmarks.peer.NativeLibrary;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/** Sees to it that C libraries are there: the system's own, or unpacked from Debian packages. */
final class Libraries {

  private static final long PATIENCE_SECONDS = 180;

  private final Path script;
  private final Path folder;

  /**
   * @param root the project's root
   * @param folder takes what is fetched
   */
  Libraries(Path root, Path folder) {
    this.script = root.resolve("build-support/debian-package");
    this.folder = folder;
    System.setProperty(NativeLibrary.FOLDER_PROPERTY, folder.toString());
  }

  /** Returns why a library cannot be used here; empty if it can. */
  Optional<String> missing(NativeLibrary library) throws InterruptedException {
    String said = library.isPresent() ? "" : fetch(library);
    return library.isPresent()
        ? Optional.empty()
        : Optional.of(library.debianPackage() + " cannot be loaded: " + said);
  }

  private String fetch(NativeLibrary library) throws InterruptedException {
    try {
      return run(library);
    } catch (IOException e) {
      return e.toString();
    }
  }

  private String run(NativeLibrary library) throws IOException, InterruptedException {
    Process process =
        new ProcessBuilder(script.toString(), folder.toString(), library.debianPackage())
            .redirectErrorStream(true)
            .start();
    try {
      String output =
          new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip();
      if (!process.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS)) {
        return script + " is not done after " + PATIENCE_SECONDS + " s";
      }
      return process.exitValue() == 0
          ? "it was fetched, but the linker refuses it (start it through ./rmm bench, which sets"
              + " GLIBC_TUNABLES)"
          : output;
    } finally {
      process.destroyForcibly();
    }
  }
}
