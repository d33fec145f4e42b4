/**
 * The memory manager: an off-heap allocator that knows who holds which memory and under which
 * limit, and that refuses misuse.
 *
 * <p>Start at {@link io.rmm.allocator.MemoryManager}. What the outside may know of it stands in
 * {@link io.rmm.allocator.MemorySource}; the names under which it is shown stand in {@link
 * io.rmm.allocator.signal}.
 */
@NullMarked
package io.rmm.allocator;

import org.jspecify.annotations.NullMarked;
