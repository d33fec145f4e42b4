/** The command {@code rmm bench}: RMM against its peers, row by row, with ratios. */
@NullMarked
package io.rmm.benchmarks;

import org.jspecify.annotations.NullMarked;
