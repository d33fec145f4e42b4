/**
 * What is known beyond the counters: sampled blocks with their sites, leaks among them, misuse, and
 * the listeners that are told.
 */
@NullMarked
package io.rmm.allocator.observe;

import org.jspecify.annotations.NullMarked;
