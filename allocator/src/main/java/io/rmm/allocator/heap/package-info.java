/**
 * The heaps: size classes, pages, thread heaps, and the pool of chunks they take pages from.
 *
 * <p>Read {@link io.rmm.allocator.heap.Page}, {@link io.rmm.allocator.heap.Hold}, {@link
 * io.rmm.allocator.heap.Bin} and {@link io.rmm.allocator.heap.Tally} first; the two methods that a
 * program spends its time in, {@code BudgetNode.take} and {@code Block.close}, are made of theirs.
 */
@NullMarked
package io.rmm.allocator.heap;

import org.jspecify.annotations.NullMarked;
