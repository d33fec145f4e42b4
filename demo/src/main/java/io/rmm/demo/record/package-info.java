/** The demo's telemetry: a Flight Recorder file, and OpenTelemetry where an endpoint is named. */
@NullMarked
package io.rmm.demo.record;

import org.jspecify.annotations.NullMarked;
