/** JMH benchmarks and scenario runs of RMM against its peers. */
@NullMarked
package io.rmm.benchmarks;

import org.jspecify.annotations.NullMarked;
