/**
 * What a memory source does, as Flight Recorder events: event types, the settings files shipped
 * with them, and a {@link io.rmm.allocator.MemoryView} that commits them.
 *
 * <p>Event names come from the registry of signal names in the kernel. Nothing is registered with
 * Flight Recorder before the first recording starts.
 */
@NullMarked
package io.rmm.jfr;

import org.jspecify.annotations.NullMarked;
