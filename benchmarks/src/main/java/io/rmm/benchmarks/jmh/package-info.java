/** Microbenchmarks, run by JMH: one peer a fork. */
@NullMarked
package io.rmm.benchmarks.jmh;

import org.jspecify.annotations.NullMarked;
