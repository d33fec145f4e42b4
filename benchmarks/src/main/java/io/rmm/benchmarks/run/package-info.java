/** Runs benchmarks in child JVMs, collects what they measured, and prints tables with ratios. */
@NullMarked
package io.rmm.benchmarks.run;

import org.jspecify.annotations.NullMarked;
