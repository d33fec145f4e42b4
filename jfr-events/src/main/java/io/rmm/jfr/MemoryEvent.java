package io.rmm.jfr;

import jdk.jfr.Category;
import jdk.jfr.Description;
import jdk.jfr.Event;
import jdk.jfr.Label;
import jdk.jfr.Registered;

/**
 * What all events have in common.
 *
 * <p>Rules for event classes, each learnt from a defect in the field: field types are {@code
 * boolean}, {@code int}, {@code long}, {@code float}, {@code double}, {@code String}, {@code
 * Thread} and {@code Class} (others vanish from the recording without a word); no static
 * initialiser, and no mention of another event class (it can deadlock with Flight Recorder's
 * repository); a fresh object for each event (a throttled one remembers the verdict); amounts are
 * in bytes and times in nanoseconds (Mission Control knows no other).
 */
@Category("Runtime Memory Manager")
@Registered(false)
abstract class MemoryEvent extends Event {

  @Label("Manager")
  @Description("Name of the memory manager, or of another source of memory")
  String manager = "";
}
