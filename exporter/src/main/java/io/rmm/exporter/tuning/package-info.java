/**
 * The tuning loop: retained memory follows demand.
 *
 * <p>{@link io.rmm.exporter.tuning.RetentionTuner} is attached to a manager; what it decides, and
 * why, stands in {@link io.rmm.exporter.tuning.RetentionPolicy}.
 */
@NullMarked
package io.rmm.exporter.tuning;

import org.jspecify.annotations.NullMarked;
