/**
 * The metrics of the registry, read from a snapshot: one reading for OpenTelemetry and Micrometer,
 * so that both always show the same numbers.
 */
@NullMarked
package io.rmm.exporter.metrics;

import org.jspecify.annotations.NullMarked;
