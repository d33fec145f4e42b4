/** RMM and the allocators it is measured against, behind one face. */
@NullMarked
package io.rmm.benchmarks.peer;

import org.jspecify.annotations.NullMarked;
