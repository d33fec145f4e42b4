package io.rmm.agent;

import jdk.internal.misc.RmmKind;

/** The kinds of off-heap memory that the agent sees; each is a budget of its source. */
enum MemoryKind {
  DIRECT(RmmKind.DIRECT, "direct"),
  CONFINED_ARENA(RmmKind.CONFINED, "arena.confined"),
  SHARED_ARENA(RmmKind.SHARED, "arena.shared"),
  AUTO_ARENA(RmmKind.AUTO, "arena.auto"),
  GLOBAL_ARENA(RmmKind.GLOBAL, "arena.global"),
  UNSAFE(RmmKind.UNSAFE, "unsafe"),
  MAPPED(RmmKind.MAPPED, "mapped"),
  MALLOC(RmmKind.MALLOC, "malloc"),
  MMAP(RmmKind.MMAP, "mmap");

  /** The name of the budget of all kinds together. */
  static final String ROOT = "root";

  private static final MemoryKind[] BY_NUMBER = new MemoryKind[RmmKind.COUNT];

  static {
    for (MemoryKind kind : values()) {
      BY_NUMBER[kind.number] = kind;
    }
  }

  private final int number;
  private final String path;

  MemoryKind(int number, String name) {
    this.number = number;
    this.path = ROOT + "/" + name;
  }

  /** Returns the kind that hooks know as {@code number}. */
  static MemoryKind of(int number) {
    return BY_NUMBER[number];
  }

  /** Returns the number by which hooks know it. */
  int number() {
    return number;
  }

  /** Returns the path of its budget. */
  String path() {
    return path;
  }

  /** Tells whether it is freed by closing an arena, which may be forgotten. */
  boolean isClosedByHand() {
    return this == CONFINED_ARENA || this == SHARED_ARENA;
  }
}
