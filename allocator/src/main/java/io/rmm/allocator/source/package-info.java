/**
 * Where memory comes from: the only part that talks to the operating system.
 *
 * <p>A {@link io.rmm.allocator.source.PageSource} hands out {@link
 * io.rmm.allocator.source.Extent}s. The Linux source takes them from one reserved address range of
 * the process ({@link io.rmm.allocator.source.AddressSpace}) by system calls, which all pass one
 * gateway ({@link io.rmm.allocator.source.SystemCalls}) that tests can make fail. The portable
 * source takes them from the JDK.
 */
@NullMarked
package io.rmm.allocator.source;

import org.jspecify.annotations.NullMarked;
