/**
 * Guarded blocks: memory between pages that nobody may touch, for a few of the observed blocks.
 *
 * <p>{@link io.rmm.allocator.guard.Guards} is what a manager has of them, {@link
 * io.rmm.allocator.guard.GuardedMemory} the address range that all managers share, and {@link
 * io.rmm.allocator.postmortem.SlotTable} the file that tells of them after a crash.
 */
@NullMarked
package io.rmm.allocator.guard;

import org.jspecify.annotations.NullMarked;
