package io.rmm.jmx.ledger;

import java.util.Arrays;
import java.util.Set;

/**
 * What resident memory is for: the lines of the ledger, in their order.
 *
 * <p>Native memory tracking and the JVM's memory map have names of their own for these, in the
 * manner of {@code Shared class space} and {@code CDS}. A name that is not known here is one of the
 * JVM's all the same, and falls to {@link #OTHER_NMT}: a later JVM may have new ones.
 */
public enum Purpose {
  JAVA_HEAP("java heap", Set.of("Java Heap"), Set.of("JAVAHEAP")),
  METASPACE("metaspace", Set.of("Class", "Metaspace"), Set.of("META", "CLASS")),
  CLASS_DATA("class data archive", Set.of("Shared class space"), Set.of("CDS")),
  CODE("code", Set.of("Code"), Set.of("CODE")),
  THREADS("threads", Set.of("Thread", "Thread Stack"), Set.of("STACK")),
  GC("gc", Set.of("GC", "GCCardSet"), Set.of("GC", "CARDTBL")),
  DIRECT_BUFFERS("direct buffers", Set.of(), Set.of()),
  /** What the JDK allocates for Java code outside the heap, less direct buffers. */
  ARENAS("arenas", Set.of("Other"), Set.of()),
  /** What C functions that the program calls have given it: {@code malloc}, {@code mmap}. */
  DOWNCALLS("downcalls", Set.of(), Set.of()),
  MAPPED_FILES("mapped files", Set.of(), Set.of()),
  LIBRARIES("libraries", Set.of(), Set.of()),
  RMM("RMM", Set.of(), Set.of()),
  OTHER_NMT("other NMT", Set.of(), Set.of()),
  /** What was freed and the C library keeps. */
  FREE_IN_MALLOC("free in malloc", Set.of(), Set.of()),
  UNEXPLAINED("unexplained", Set.of(), Set.of());

  private final String line;

  @SuppressWarnings("ImmutableEnumChecker") // Set.of is immutable
  private final Set<String> categories;

  @SuppressWarnings("ImmutableEnumChecker") // Set.of is immutable
  private final Set<String> tags;

  Purpose(String line, Set<String> categories, Set<String> tags) {
    this.line = line;
    this.categories = categories;
    this.tags = tags;
  }

  /** Returns the name of the line. */
  public String line() {
    return line;
  }

  /** Returns what a category of native memory tracking is for. */
  static Purpose ofCategory(String category) {
    return Arrays.stream(values())
        .filter(purpose -> purpose.categories.contains(category))
        .findFirst()
        .orElse(OTHER_NMT);
  }

  /** Returns what a mapping is for to which the JVM's memory map gives {@code tag}. */
  static Purpose ofTag(String tag) {
    return Arrays.stream(values())
        .filter(purpose -> purpose.tags.contains(tag))
        .findFirst()
        .orElse(OTHER_NMT);
  }
}
