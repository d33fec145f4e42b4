package io.rmm.benchmarks.peer;

import io.netty.util.concurrent.FastThreadLocalThread;
import java.util.OptionalLong;

/**
 * An allocator under test, called as its users call it.
 *
 * <p><b>Why two classes rather than {@code allocate} and {@code free} here.</b> Users of RMM hold a
 * {@code Block}, of Netty a {@code ByteBuf}, of malloc a number. An interface that returned a
 * handle would box numbers or wrap handles, and charge some peers for it. So a peer does a whole
 * pair by itself, where the handle need not escape, and keeps handles that live longer in tables of
 * their own kind, {@link Blocks}, which workloads address by slot.
 *
 * <p><b>Cost of the face.</b> None that can be measured: a process opens one peer, so each abstract
 * method here has one implementation that was ever loaded, and the JIT calls it directly; the pair
 * of RMM through this face still allocates nothing on the Java heap.
 */
public abstract class Peer implements AutoCloseable {

  /**
   * Allocates {@code size} bytes, writes the first 8 and frees them again.
   *
   * @return something of the block, so that nothing can be left out
   */
  public abstract long pair(int size);

  /** Returns a table of {@code length} empty slots. */
  public abstract Blocks blocks(int length);

  /**
   * Returns the bytes that the peer says it holds from the operating system; empty if it does not
   * say, or counts others' memory along.
   */
  public OptionalLong committedBytes() {
    return OptionalLong.empty();
  }

  /**
   * Makes a thread of the kind that the peer likes best, which is the same for all: one of Netty's,
   * where its allocators need no lock, and which is a plain thread to everybody else.
   */
  public Thread newThread(Runnable task) {
    return new FastThreadLocalThread(task);
  }

  /** Ends the peer; all blocks have been freed before. */
  @Override
  public void close() {}
}
