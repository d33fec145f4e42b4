/**
 * The server: the Redis protocol on Netty, commands on the databases of {@link
 * io.rmm.demo.cache.Cache}.
 *
 * <p>A connection's pipeline is {@link InlineCommandDecoder}, Netty's {@code RedisDecoder} (for all
 * requests that are not inline), {@link ConnectionHandler}. The decoder's messages are parts of a
 * request; {@link RequestReader} puts them together, with values going straight into blocks; a
 * {@link Command} runs; {@link ReplyWriter} sends what it says.
 */
@NullMarked
package io.rmm.demo.redis;

import org.jspecify.annotations.NullMarked;
