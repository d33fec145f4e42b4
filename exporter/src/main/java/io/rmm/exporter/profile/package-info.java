/**
 * Heap profiles of off-heap memory: what is live and what was allocated, by call stack, budget and
 * size, for {@code pprof}, for tools that read collapsed stacks, and as a page with a flame graph.
 *
 * <p>{@link io.rmm.exporter.profile.HeapProfile} makes them when asked, {@link
 * io.rmm.exporter.profile.ProfileFiles} at a rejection and at the exit.
 */
@NullMarked
package io.rmm.exporter.profile;

import org.jspecify.annotations.NullMarked;
