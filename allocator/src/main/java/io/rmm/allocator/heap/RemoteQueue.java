package io.rmm.allocator.heap;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import org.jspecify.annotations.Nullable;

/**
 * The pages of one bin of which other threads have freed slots: a stack that anybody pushes to and
 * the holder takes as a whole (Treiber 1986; without the ABA problem, since nothing is popped
 * alone). A page is pushed once, however many of its slots are freed until the holder comes by. An
 * object of its own so that the pushes do not take the cache line of the bin's own fields.
 */
final class RemoteQueue {

  private static final VarHandle HEAD;

  static {
    try {
      HEAD = MethodHandles.lookup().findVarHandle(RemoteQueue.class, "head", Page.class);
    } catch (ReflectiveOperationException e) {
      throw new ExceptionInInitializerError(e);
    }
  }

  @SuppressWarnings("unused") // by HEAD
  private @Nullable Page head;

  /** Whether a page was pushed since the last tick. Racy: at worst a tick too early or too late. */
  private boolean pushed;

  private int quietTicks;

  /** Adds {@code page}. Any thread. Lock-free. */
  void push(Page page) {
    pushed = true;
    Page first;
    do {
      first = (Page) HEAD.getVolatile(this);
      page.nextRemote = first;
    } while (!HEAD.compareAndSet(this, first, page));
  }

  /** Returns the pages, linked by {@link Page#nextRemote}, and forgets them. */
  @Nullable Page takeAll() {
    return (Page) HEAD.getOpaque(this) == null ? null : (Page) HEAD.getAndSet(this, null);
  }

  /** Notes whether a page was pushed. By the clock. */
  void noteTick() {
    quietTicks = pushed ? 0 : quietTicks + 1;
    pushed = false;
  }

  /** Returns for how many ticks no page was pushed. */
  int quietTicks() {
    return quietTicks;
  }
}
