/** Programs that need a JVM of their own: many threads, long runs, memory over time. */
@NullMarked
package io.rmm.benchmarks.scenario;

import org.jspecify.annotations.NullMarked;
