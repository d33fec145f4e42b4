package io.rmm.allocator;

/**
 * What a memory manager does when it finds a misuse, besides counting it.
 *
 * <p>Set by kind, with {@link MemoryManager.Builder#onMisuse}. Whatever is set, the manager is as
 * sound afterwards as before.
 */
public enum MisuseAction {
  /**
   * Listeners are told, and the program goes on as if nothing had happened, where it can: a second
   * free does nothing. Where there is nothing to go on with, as in the use of a dead handle, it is
   * thrown all the same.
   */
  REPORT,
  /**
   * Listeners are told, and whoever called the method in which the misuse was found gets a {@link
   * MemoryMisuseException}. What is found by the clock is told alone.
   */
  THROW,
  /**
   * Listeners are told, the report goes to the log, and the process ends at once, with status 134
   * as after an abort: for those who would rather have no answer than a wrong one. A {@link
   * MisuseKind#LEAK} is one of what is live at the manager's close; what is found unreachable
   * before is told as a {@link LeakSuspect}, and halts nothing.
   */
  HALT;

  /** Returns what is done unless set otherwise. */
  static MisuseAction defaultFor(MisuseKind kind) {
    return switch (kind) {
      // Acts of a caller, who stands there to hear of it.
      case DOUBLE_FREE, INVALID_FREE, USE_AFTER_FREE, WRONG_THREAD -> THROW;
      // Found some time after the act, in a thread that may have had no part in it.
      case OVERRUN, UNDERRUN, LEAK, ARENA_NOT_CLOSED, ARENA_CHURN, CORRUPTION -> REPORT;
    };
  }
}
