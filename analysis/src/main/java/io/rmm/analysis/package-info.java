/**
 * Rules, reports and flame graphs over Flight Recorder recordings of programs that use RMM, built
 * on the libraries of JDK Mission Control.
 *
 * <p>Of the kernel only the names in {@link io.rmm.allocator.signal} are used: a recording is read
 * without a memory manager in the process.
 */
@NullMarked
package io.rmm.analysis;

import org.jspecify.annotations.NullMarked;
