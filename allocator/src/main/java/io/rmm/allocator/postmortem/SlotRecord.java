package io.rmm.allocator.postmortem;

import java.util.List;

/**
 * What the file tells of one guarded block.
 *
 * @param slot the block and its pages
 * @param freed whether it was freed
 * @param budget the path of its budget
 * @param allocation who allocated it
 * @param free who freed it; of no meaning unless {@code freed}
 */
public record SlotRecord(Slot slot, boolean freed, String budget, Act allocation, Act free) {

  /**
   * Who did what when.
   *
   * @param thread the thread's name
   * @param millis when, in milliseconds since 1970
   * @param frames where, innermost first; empty if that was not kept
   */
  public record Act(String thread, long millis, List<String> frames) {

    /** Makes an act. */
    public Act {
      frames = List.copyOf(frames);
    }
  }
}
