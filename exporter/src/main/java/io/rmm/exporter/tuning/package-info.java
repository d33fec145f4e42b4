/**
 * The way back in: a tuner that reads snapshots in process, decides on the sizes of pools, and
 * reports each decision and its outcome. It never reads its input from Flight Recorder or from an
 * exporter.
 */
@NullMarked
package io.rmm.exporter.tuning;

import org.jspecify.annotations.NullMarked;
