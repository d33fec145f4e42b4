/**
 * OpenTelemetry: metrics and log events of a {@link io.rmm.allocator.MemorySource}.
 *
 * <p>{@link io.rmm.exporter.otel.OpenTelemetryView} works with any {@code OpenTelemetry} instance;
 * {@link io.rmm.exporter.otel.OtlpTelemetry} makes one from the environment.
 */
@NullMarked
package io.rmm.exporter.otel;

import org.jspecify.annotations.NullMarked;
