/**
 * The store: sixteen databases whose values live in RMM blocks, one budget each, with expiry and
 * eviction. Knows nothing of the Redis protocol.
 */
@NullMarked
package io.rmm.demo.cache;

import org.jspecify.annotations.NullMarked;
