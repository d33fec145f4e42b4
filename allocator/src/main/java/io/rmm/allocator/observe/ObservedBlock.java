package io.rmm.allocator.observe;

import io.rmm.allocator.FreeCause;
import io.rmm.allocator.Site;
import io.rmm.allocator.heap.Placement;
import java.lang.ref.PhantomReference;
import java.lang.ref.ReferenceQueue;
import org.jspecify.annotations.Nullable;

/**
 * What is known of a block that was chosen by sampling.
 *
 * <p>The block's handle holds a {@link Token}, and this is a phantom reference to the token: when
 * it is enqueued while the block is live, nobody can free the block any more. The token stands in
 * for the handle because a handle that were itself the referent could not be scalar-replaced,
 * sampled or not.
 */
final class ObservedBlock extends PhantomReference<Token> {

  /** Boxed, so that to look the block up needs no room on the Java heap. */
  final Long blockId;

  final long slotBytes;

  /** Guarded by this. */
  private long weight;

  final String budget;
  final Site allocationSite;
  final long requestedBytes;

  /** Where it is entered. Written once, under this, before anybody can free the block. */
  SiteStatistics statistics = SiteStatistics.NOWHERE;

  final long allocatedNanos = System.nanoTime();

  /** By name, so that a dead thread is not held on to. */
  final String allocationThread = Thread.currentThread().getName();

  /** Where it was freed, once it was. */
  volatile @Nullable Site freeSite;

  /** Who freed it. This and the next two are written before {@link #freeSite}. */
  String freeThread = "";

  /** How it was freed; null if it was not. */
  @Nullable FreeCause freeCause;

  private long freedNanos;

  /** Whether it is an arena's. Written right after it is made, while the arena is reachable. */
  volatile boolean ofArena;

  /** Whether it is, or was, between guard pages. */
  final boolean guarded;

  ObservedBlock(
      Token token,
      ReferenceQueue<Token> queue,
      long requestedBytes,
      long slotBytes,
      long weight,
      String budget,
      Site allocationSite) {
    super(token, queue);
    this.blockId = token.blockId();
    this.requestedBytes = requestedBytes;
    this.slotBytes = slotBytes;
    this.weight = weight;
    this.budget = budget;
    this.allocationSite = allocationSite;
    Placement placement = token.placement();
    this.guarded = placement != null && placement.isGuarded();
  }

  /** Returns the bytes that it stands for. */
  synchronized long weight() {
    return weight;
  }

  /** Has it stand for twice as much, where another was dropped that was as likely to stay. */
  synchronized void doubleWeight() {
    statistics.reweigh(slotBytes, weight, 2 * weight);
    weight *= 2;
  }

  /** Enters that it is live no more. */
  synchronized void leaveStatistics() {
    statistics.freed(slotBytes, weight);
  }

  /** Notes that the block was freed, by the calling thread. */
  void noteFree(FreeCause cause, Site site) {
    freeThread = Thread.currentThread().getName();
    freeCause = cause;
    freedNanos = System.nanoTime();
    freeSite = site;
  }

  /** Returns when something last happened to the block, as {@link System#nanoTime} has it. */
  long lastNanos() {
    return freeSite == null ? allocatedNanos : freedNanos;
  }

  long ageNanos() {
    return System.nanoTime() - allocatedNanos;
  }
}
