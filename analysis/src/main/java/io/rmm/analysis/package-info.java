/**
 * Answers from Flight Recorder files: who misused memory, what was lost, and what only grows.
 *
 * <p>{@link io.rmm.analysis.RecordingLoader} reads a file; {@link io.rmm.analysis.MisuseRule} and
 * {@link io.rmm.analysis.GrowthRule} are rules for JDK Mission Control, which finds them as
 * services. Of the allocator only the names of its events are known here.
 */
@NullMarked
package io.rmm.analysis;

import org.jspecify.annotations.NullMarked;
