/** Micrometer: the metrics of a {@link io.rmm.allocator.MemorySource} as meters. */
@NullMarked
package io.rmm.exporter.micrometer;

import org.jspecify.annotations.NullMarked;
