/**
 * Memory sources in OpenTelemetry: metrics read from the same snapshot as every other view, and log
 * events for what is reported once.
 *
 * <p>Instruments are asynchronous: nothing here runs on the path of an allocation.
 */
@NullMarked
package io.rmm.exporter.otel;

import org.jspecify.annotations.NullMarked;
