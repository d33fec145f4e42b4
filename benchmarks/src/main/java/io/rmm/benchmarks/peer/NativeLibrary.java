package io.rmm.benchmarks.peer;

import java.lang.foreign.Arena;
import java.lang.foreign.Linker;
import java.lang.foreign.SymbolLookup;
import java.nio.file.Files;
import java.nio.file.Path;

/** The C libraries, by the names of their files, functions and Debian packages. */
public enum NativeLibrary {
  GLIBC("", "", "malloc", "free"),
  JEMALLOC("libjemalloc.so.2", "libjemalloc2", "malloc", "free"),
  MIMALLOC("libmimalloc.so.2", "libmimalloc2.0", "mi_malloc", "mi_free");

  /** The folder with libraries that were fetched: one folder a package, unpacked. */
  public static final String FOLDER_PROPERTY = "rmm.bench.libraries";

  private final String file;
  private final String debianPackage;
  private final String malloc;
  private final String free;

  NativeLibrary(String file, String debianPackage, String malloc, String free) {
    this.file = file;
    this.debianPackage = debianPackage;
    this.malloc = malloc;
    this.free = free;
  }

  /** Returns the name of the package that has the library, or "" if every process has it. */
  public String debianPackage() {
    return debianPackage;
  }

  String malloc() {
    return malloc;
  }

  String free() {
    return free;
  }

  /** Tells whether the library can be loaded here. */
  public boolean isPresent() {
    try {
      var _ = lookup();
      return true;
    } catch (IllegalArgumentException e) {
      return false;
    }
  }

  /**
   * Loads the library for good: one that was fetched, and else the system's.
   *
   * @throws IllegalArgumentException if there is none
   */
  @SuppressWarnings("restricted") // Native libraries are what is measured here.
  SymbolLookup lookup() {
    if (this == GLIBC) {
      return Linker.nativeLinker().defaultLookup();
    }
    Path fetched = fetched();
    return Files.exists(fetched)
        ? SymbolLookup.libraryLookup(fetched, Arena.global())
        : SymbolLookup.libraryLookup(file, Arena.global());
  }

  private Path fetched() {
    return Path.of(
        System.getProperty(FOLDER_PROPERTY, ""),
        debianPackage,
        "usr/lib",
        System.getProperty("os.arch").equals("aarch64") ? "aarch64-linux-gnu" : "x86_64-linux-gnu",
        file);
  }
}
