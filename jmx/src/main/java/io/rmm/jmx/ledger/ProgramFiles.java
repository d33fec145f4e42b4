package io.rmm.jmx.ledger;

import java.util.List;

/**
 * Tells files that are part of the program (the JDK, shared libraries, the C library's tables) from
 * those that the program has mapped for their contents.
 *
 * <p>By their names alone. That a library has a mapping with the right to execute is surer, but
 * comes after other mappings of the same file, and would mean to keep all names till the end.
 */
final class ProgramFiles {

  /** Where systems keep what is installed; data that programs map lies elsewhere. */
  private static final List<String> SYSTEM_FOLDERS = List.of("/usr/", "/lib/", "/lib64/", "/bin/");

  /** What the kernel puts behind the name of a file that is there no more, as in an update. */
  private static final String DELETED = " (deleted)";

  private final String javaHome;
  private final String executable;

  ProgramFiles() {
    this.javaHome = System.getProperty("java.home", "") + "/";
    this.executable = ProcessHandle.current().info().command().orElse("");
  }

  boolean contains(String mapped) {
    String file =
        mapped.endsWith(DELETED) ? mapped.substring(0, mapped.length() - DELETED.length()) : mapped;
    return file.startsWith(javaHome)
        || file.equals(executable)
        || file.endsWith(".so")
        || file.contains(".so.")
        || SYSTEM_FOLDERS.stream().anyMatch(file::startsWith);
  }
}
