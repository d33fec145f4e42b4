package io.rmm.allocator.observe;

import io.rmm.allocator.AllocationSample;
import io.rmm.allocator.FreeCause;
import io.rmm.allocator.LeakSuspect;
import io.rmm.allocator.MemoryListener;
import io.rmm.allocator.MemorySnapshot;
import io.rmm.allocator.Site;
import io.rmm.allocator.SiteProfile;
import io.rmm.allocator.heap.Page;
import io.rmm.allocator.heap.Placement;
import io.rmm.allocator.heap.StackRoom;
import java.lang.ref.Reference;
import java.lang.ref.ReferenceQueue;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Follows the observed blocks of one manager from allocation to free, or to the discovery that
 * nobody can free them any more. All methods are for use outside a hold.
 */
public final class Observer {

  private final Consumer<Consumer<MemoryListener>> samples;
  private final Tracing tracing;
  private final News news;
  private final Sites sites = new Sites();
  private final ReferenceQueue<Token> unreachable = new ReferenceQueue<>();
  private final Map<Long, ObservedBlock> live = new ConcurrentHashMap<>();
  private final SiteTable statistics = new SiteTable();
  private final AtomicLong leaks = new AtomicLong();
  private final AtomicLong leakBytes = new AtomicLong();

  /** A block that was found unreachable and is no news yet. Guarded by {@link #unreachable}. */
  private @Nullable ObservedBlock noNewsYet;

  private final Map<Long, ObservedBlock> ended;
  private final int remembered;

  /**
   * Makes an observer that tells of leaks by way of {@code news}.
   *
   * @param samples tells listeners of a sample, in the thread that allocates or later
   * @param remembered observed blocks whose end is remembered, so that what is found out about them
   *     later can name both sites
   */
  public Observer(
      Consumer<Consumer<MemoryListener>> samples, Tracing tracing, News news, int remembered) {
    this.samples = samples;
    this.tracing = tracing;
    this.remembered = remembered;
    this.news = news;
    this.ended =
        new LinkedHashMap<>() {
          private static final long serialVersionUID = 1L;

          @Override
          protected boolean removeEldestEntry(Map.Entry<Long, ObservedBlock> eldest) {
            return size() > remembered;
          }
        };
  }

  /** Returns where the calling thread stands, outside RMM. */
  public Site here() {
    return sites.here();
  }

  /**
   * Begins to follow a block.
   *
   * @param placement where it is seen, or null if simply in its slot
   * @return what the block's handle must hold; null if there is nothing, or the Java heap or the
   *     stack has no room, in which case the block goes on unobserved
   */
  public @Nullable Token allocated(
      long blockId,
      String budget,
      long requestedBytes,
      Page page,
      long weight,
      boolean fastPath,
      @Nullable Placement placement) {
    if (placement == null && weight == Sampler.TRACED && !tracing.isOn()) {
      return null;
    }
    Token token;
    try {
      token = token(blockId, budget, page.slotBytes, weight, placement);
    } catch (OutOfMemoryError e) {
      end(placement, Site.UNKNOWN);
      return null;
    }
    if (follow(token, budget, requestedBytes, page, weight, fastPath)
        || isKeptUnobserved(token, placement)) {
      return token;
    }
    end(placement, Site.UNKNOWN);
    return null;
  }

  /**
   * Tells whether a block that could not be observed keeps its placement all the same. Not if it is
   * traced: whoever is to be told of the free was not told of the block.
   */
  private static boolean isKeptUnobserved(Token token, @Nullable Placement placement) {
    return placement != null && !placement.isGuarded() && !(token instanceof TracedToken);
  }

  private static void end(@Nullable Placement placement, Site freeSite) {
    if (placement != null) {
      placement.end(freeSite);
    }
  }

  /** Notes that the block of {@code token} is an arena's, which is what can be left unclosed. */
  public void noteArena(Token token) {
    ObservedBlock block = live.get(token.blockId());
    if (block != null) {
      block.ofArena = true;
    }
  }

  /** Returns what the handle of the block {@code blockId} must hold for it to be followed. */
  public Token token(
      long blockId, String budget, long slotBytes, long weight, @Nullable Placement placement) {
    boolean observed = weight != Sampler.TRACED;
    return tracing.isOn()
        ? new TracedToken(blockId, budget, slotBytes, observed, placement)
        : new Token(blockId, placement);
  }

  /**
   * Begins to follow the block whose handle holds {@code token}.
   *
   * @return false if the Java heap or the stack has no room, in which case the block goes on
   *     unobserved
   */
  public boolean follow(
      Token token, String budget, long requestedBytes, Page page, long weight, boolean fastPath) {
    if (weight != Sampler.TRACED
        && !observe(
            token,
            budget,
            requestedBytes,
            page.slotBytes,
            page.sizeClassBytes(),
            weight,
            fastPath)) {
      return false;
    }
    if (token instanceof TracedToken traced) {
      tracing.allocated(traced, requestedBytes);
    }
    return true;
  }

  /**
   * Begins to follow memory that is not of a page of ours.
   *
   * @param sizeClassBytes the size that it is told under in profiles
   * @return what stands for it; null if the Java heap or the stack has no room
   */
  public @Nullable Token allocatedElsewhere(
      long id, String budget, long bytes, long sizeClassBytes, long weight) {
    Token token;
    try {
      token = new Token(id, null);
    } catch (OutOfMemoryError e) {
      return null;
    }
    return observe(token, budget, bytes, bytes, sizeClassBytes, weight, false) ? token : null;
  }

  private boolean observe(
      Token token,
      String budget,
      long requestedBytes,
      long slotBytes,
      long sizeClassBytes,
      long weight,
      boolean fastPath) {
    Long blockId = token.blockId();
    ObservedBlock block = null;
    try {
      StackRoom.check();
      Site site = sites.here();
      long toldAs = sizeClassBytes == 0 ? slotBytes : sizeClassBytes;
      AllocationSample sample =
          new AllocationSample(
              blockId, budget, requestedBytes, slotBytes, sizeClassBytes, weight, site, fastPath);
      block =
          new ObservedBlock(token, unreachable, requestedBytes, slotBytes, weight, budget, site);
      Placement placement = token.placement();
      if (placement != null) {
        placement.begin(site);
      }
      synchronized (block) { // who thins out sees it with its statistics
        live.put(blockId, block);
        do {
          block.statistics = statistics.of(site, budget, toldAs);
        } while (!block.statistics.allocated(slotBytes, weight));
      }
      tell(sample);
      return true;
    } catch (OutOfMemoryError | StackOverflowError e) {
      if (block != null) {
        // The map may have it although it threw.
        block.clear();
        live.remove(blockId);
      }
      return false;
    }
  }

  private void tell(AllocationSample sample) {
    try {
      samples.accept(listener -> listener.onSample(sample));
    } catch (OutOfMemoryError | StackOverflowError e) {
      // They miss a block, which is followed all the same.
    }
  }

  /** Ends the following of a block that was freed. */
  public void freed(Token token, FreeCause cause) {
    if (token instanceof TracedToken traced) {
      tracing.freed(traced, cause);
      if (!traced.observed) {
        return;
      }
    }
    Site freeSite = Site.UNKNOWN;
    try {
      ObservedBlock block = live.remove(token.blockId());
      if (block != null) {
        block.clear();
        block.leaveStatistics();
        freeSite = remember(block, cause);
      }
    } finally {
      end(token.placement(), freeSite);
      // Up to here, or the block could be taken for a leak while it is being freed.
      Reference.reachabilityFence(token);
    }
  }

  private Site remember(ObservedBlock block, FreeCause cause) {
    if (remembered == 0) {
      return Site.UNKNOWN;
    }
    try {
      Site here = sites.here();
      block.noteFree(cause, here);
      synchronized (ended) {
        ended.put(block.blockId, block);
      }
      return here;
    } catch (OutOfMemoryError | StackOverflowError e) {
      // Then a double free of it will not name the first site.
      return Site.UNKNOWN;
    }
  }

  /** Returns what is known of the block {@code blockId}, live or freed not long ago. */
  @Nullable ObservedBlock find(long blockId) {
    ObservedBlock block = live.get(blockId);
    if (block == null) {
      synchronized (ended) {
        block = ended.get(blockId);
      }
    }
    return block;
  }

  /** Returns the blocks that were freed not long ago and that {@code filter} lets pass. */
  List<ObservedBlock> ended(Predicate<ObservedBlock> filter) {
    synchronized (ended) {
      return ended.values().stream().filter(filter).toList();
    }
  }

  /**
   * Drops every second of the live blocks at random, if they are more than {@code most}, and has
   * the others stand for twice as much. Estimates stay without bias, and their intervals get wider
   * by what was dropped; so what is known of very many samples takes no more than a known room.
   *
   * @return whether there were more
   */
  public boolean thinOut(int most) {
    if (live.size() <= most) {
      return false;
    }
    live.values().forEach(this::keepOrDrop);
    return true;
  }

  private void keepOrDrop(ObservedBlock block) {
    boolean dropped = ThreadLocalRandom.current().nextBoolean();
    // Whoever frees it takes it out first, and then leaves the statistics with the weight of then.
    synchronized (block) {
      if (!live.containsKey(block.blockId)) {
        return;
      }
      if (!dropped) {
        block.doubleWeight();
      } else if (live.remove(block.blockId, block)) {
        block.clear();
        block.leaveStatistics();
      }
    }
  }

  /** Tells whether the block of {@code token} is live and was not dropped. */
  public boolean isFollowed(Token token) {
    return live.containsKey(token.blockId());
  }

  /**
   * Makes news of the blocks that were found unreachable since the last call. Those for which the
   * Java heap has no room to do so are left to the next.
   */
  public void findUnreachable() {
    synchronized (unreachable) {
      try {
        for (ObservedBlock block = nextLeak(); block != null; block = nextLeak()) {
          LeakSuspect suspect = suspect(block);
          news.add(listener -> listener.onLeak(suspect));
          noNewsYet = null;
        }
      } catch (OutOfMemoryError e) {
        // There may be room when the clock ticks next.
      }
    }
  }

  /** Returns the next block that leaked, which is counted by then, or null. */
  private @Nullable ObservedBlock nextLeak() {
    while (noNewsYet == null) {
      ObservedBlock block = (ObservedBlock) unreachable.poll();
      if (block == null) {
        return null;
      }
      if (live.get(block.blockId) == block) {
        leaks.incrementAndGet();
        leakBytes.addAndGet(block.weight());
        noNewsYet = block;
      }
    }
    return noNewsYet;
  }

  private static LeakSuspect suspect(ObservedBlock block) {
    return new LeakSuspect(
        block.blockId,
        block.budget,
        block.slotBytes,
        block.weight(),
        block.ageNanos(),
        block.allocationSite,
        block.ofArena ? LeakSuspect.ARENA_NEVER_CLOSED : LeakSuspect.UNREACHABLE);
  }

  /** Returns the observed blocks that are live. */
  Collection<ObservedBlock> live() {
    return live.values();
  }

  /** Returns the observed blocks that are live and that {@code filter} lets pass. */
  List<ObservedBlock> live(Predicate<ObservedBlock> filter) {
    return live.values().stream().filter(filter).toList();
  }

  /** Tells {@code snapshot} the numbers of observed and of leaked blocks. */
  public void read(MemorySnapshot.Builder snapshot) {
    snapshot.observedBlocks(live.size()).leaks(leaks.get(), leakBytes.get());
  }

  /**
   * Returns the estimates by site.
   *
   * @param meanBytes the mean of the sampling at this moment
   */
  public SiteProfile profile(long meanBytes) {
    return statistics.read(meanBytes);
  }
}
