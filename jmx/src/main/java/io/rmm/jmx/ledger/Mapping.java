package io.rmm.jmx.ledger;

/**
 * One mapping of the process's address space. Never leaves this package, for it holds addresses.
 *
 * @param start the first address
 * @param end the first address behind it
 * @param resident bytes of it that are in memory
 * @param tag what the JVM says it is for, as in {@code JAVAHEAP}, or an empty string
 * @param file the file that is mapped, or a name in brackets that the kernel gives, or an empty
 *     string
 */
record Mapping(long start, long end, long resident, String tag, String file) {}
