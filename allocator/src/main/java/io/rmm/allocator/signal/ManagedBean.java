package io.rmm.allocator.signal;

/** The MXBeans: their types, under which they are registered as {@code io.rmm:type=...}. */
public enum ManagedBean {
  MEMORY_MANAGER("MemoryManager"),
  BUDGET("Budget"),
  MISUSE("Misuse");

  /** The domain of all object names. */
  public static final String DOMAIN = "io.rmm";

  /** The type of the notification that tells of a misuse. */
  public static final String MISUSE_NOTIFICATION = "rmm.misuse";

  private final String type;

  ManagedBean(String type) {
    this.type = type;
  }

  /** Returns the value of the object name's {@code type} key. */
  public String type() {
    return type;
  }
}
