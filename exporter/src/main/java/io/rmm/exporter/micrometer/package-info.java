/** Memory sources in Micrometer: meters that read the same snapshot as every other view. */
@NullMarked
package io.rmm.exporter.micrometer;

import org.jspecify.annotations.NullMarked;
