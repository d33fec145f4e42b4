package io.rmm.jmx.ledger;

/**
 * One mapping of the process's address space. Never leaves this package, for it holds addresses.
 *
 * @param start the first address
 * @param end the first address behind it
 * @param plain whether it can be read and written, and not executed, as memory from {@code malloc}
 * @param resident bytes of it that are in memory
 * @param tag what the JVM says it is for, as in {@code JAVAHEAP}, or an empty string
 * @param file the file that is mapped, or a name in brackets that the kernel gives, or an empty
 *     string
 */
record Mapping(long start, long end, boolean plain, long resident, String tag, String file) {

  /** What stands for the rights of a plain mapping, in all memory maps. */
  static final String PLAIN_RIGHTS = "rw-";

  /** Returns its length in bytes. */
  long extent() {
    return end - start;
  }
}
