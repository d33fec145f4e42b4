package io.rmm.exporter.otel;

import io.rmm.allocator.MisuseKind;
import io.rmm.allocator.Site;
import io.rmm.allocator.signal.LogEvent;
import org.jspecify.annotations.Nullable;

/**
 * What makes two events the same thing happening again.
 *
 * @param type the event
 * @param kind the kind of misuse, or null
 * @param budget the budget's path, or an empty string
 * @param detectionSite where a misuse was found
 * @param allocationSite where the block concerned was allocated
 */
record Cause(
    LogEvent type,
    @Nullable MisuseKind kind,
    String budget,
    Site detectionSite,
    Site allocationSite) {

  /**
   * Returns the cause that stands for all those of {@code type} that are too many to tell apart.
   */
  static Cause others(LogEvent type) {
    return new Cause(type, null, "", Site.UNKNOWN, Site.UNKNOWN);
  }
}
