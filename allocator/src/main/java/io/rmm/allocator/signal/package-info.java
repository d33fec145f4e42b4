/**
 * The registry of signal names: one name, one meaning, in every view.
 *
 * <p>Flight Recorder, JMX, OpenTelemetry and Micrometer take their names, units and descriptions
 * from here, and dashboards, rules and documents are checked against it. A signal is added here
 * first.
 */
@NullMarked
package io.rmm.allocator.signal;

import org.jspecify.annotations.NullMarked;
