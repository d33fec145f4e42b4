package io.rmm.agent;

import io.rmm.allocator.AllocationRejection;
import io.rmm.allocator.FreeCause;
import io.rmm.allocator.MisuseKind;
import io.rmm.allocator.SiteProfile;
import io.rmm.allocator.observe.MisuseDesk;
import io.rmm.allocator.observe.News;
import io.rmm.allocator.observe.Observer;
import io.rmm.allocator.observe.SampleMean;
import io.rmm.allocator.observe.Token;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Collectors;
import jdk.internal.misc.RmmProbe;
import jdk.internal.misc.RmmSink;
import org.jspecify.annotations.Nullable;

/**
 * Follows the memory that the hooks have sampled.
 *
 * <p>It runs in the frame of whoever allocates, which may be the JDK with any lock of its held. So
 * it tells nobody anything there, and by the time the first sample comes all its classes are
 * loaded: {@link #rehearse} has gone every way once, on another.
 */
final class Samples extends RmmSink {

  /** Sites that are named when memory is refused. */
  private static final int TOP_HOLDERS = 3;

  private final Observer observer;
  private final MisuseDesk misuse;
  private final SampleMean mean;
  private final News news;
  private final SharedArenaWatch sharedArenas;
  private final AtomicLong ids = new AtomicLong();
  private final AtomicLong refusals = new AtomicLong();

  /** Samples of the global arena, which does not hold on to them: they would look like leaks. */
  private final Set<Token> unending = ConcurrentHashMap.newKeySet();

  /** Samples of memory that comes back as an address. */
  private final Map<Long, Token> byAddress = new ConcurrentHashMap<>();

  Samples(
      Observer observer,
      MisuseDesk misuse,
      SampleMean mean,
      News news,
      SharedArenaWatch sharedArenas) {
    this.sharedArenas = sharedArenas;
    this.observer = observer;
    this.misuse = misuse;
    this.mean = mean;
    this.news = news;
  }

  /**
   * Goes every way once, so that nothing is loaded or linked in a frame of the program. To be
   * called on one that nobody listens to, as what it follows is made up.
   */
  void rehearse() {
    Object sample = took(MemoryKind.DIRECT.number(), 1, 1);
    Object unending = took(MemoryKind.GLOBAL_ARENA.number(), 1, 1);
    String _ = refused(0, 0, 0); // while something is live that it can name
    if (sample != null && unending != null) {
      gave(sample);
    }
    int kind = MemoryKind.UNSAFE.number();
    if (tookAt(kind, 0, 1, 1)) {
      gaveAt(0);
    }
    freedTwice(kind, 0);
    openedShared();
  }

  @Override
  public @Nullable Object took(int kind, long bytes, long meanAtDraw) {
    mean.noteSample();
    RmmProbe.setMean(mean.bytes());
    return take(MemoryKind.of(kind), bytes, meanAtDraw);
  }

  private @Nullable Token take(MemoryKind kind, long bytes, long meanAtDraw) {
    Token token =
        observer.allocatedElsewhere(
            ids.incrementAndGet(),
            kind.path(),
            bytes,
            SizeClass.of(bytes),
            SampleMean.weight(bytes, meanAtDraw));
    if (token != null && kind.isClosedByHand()) {
      observer.noteArena(token);
    }
    if (token != null && kind == MemoryKind.GLOBAL_ARENA) {
      unending.add(token);
    }
    return token;
  }

  @Override
  public void gave(Object sample) {
    observer.freed((Token) sample, FreeCause.CLOSE);
  }

  @Override
  public boolean tookAt(int kind, long address, long bytes, long meanAtDraw) {
    Token token = (Token) took(kind, bytes, meanAtDraw);
    if (token == null) {
      return false;
    }
    Token before = byAddress.put(address, token);
    if (before != null) {
      // Somebody has freed it who is not seen.
      observer.freed(before, FreeCause.ADDRESS);
    }
    return true;
  }

  @Override
  public void gaveAt(long address) {
    Token token = byAddress.remove(address);
    if (token != null) {
      observer.freed(token, FreeCause.ADDRESS);
    }
  }

  /** Drops samples, fairly, if more than {@code most} are live. */
  void thinOut(int most) {
    if (observer.thinOut(most)) {
      byAddress.values().removeIf(token -> !observer.isFollowed(token));
      unending.removeIf(token -> !observer.isFollowed(token));
    }
  }

  @Override
  public void freedTwice(int kind, long address) {
    misuse.foundInPassing(
        misuse
            .begin(MisuseKind.DOUBLE_FREE)
            .budget(MemoryKind.of(kind).path())
            .detail("memory that was freed already was given to Unsafe.freeMemory again"),
        MisuseKind.DOUBLE_FREE,
        0);
  }

  @Override
  public void openedShared() {
    sharedArenas.opened(observer.here());
  }

  @Override
  public String refused(long bytes, long taken, long limit) {
    refusals.incrementAndGet();
    try {
      AllocationRejection rejection =
          new AllocationRejection(MemoryKind.ROOT, MemoryKind.ROOT, bytes, taken, limit);
      news.add(listener -> listener.onRejection(rejection));
      return "Cannot take "
          + bytes
          + " bytes of off-heap memory (taken: "
          + taken
          + ", limit: "
          + limit
          + "); the most is held by "
          + topHolders();
    } catch (OutOfMemoryError | StackOverflowError e) {
      return "Cannot take more off-heap memory: the agent's limit is reached";
    }
  }

  private String topHolders() {
    String holders =
        observer.profile(mean.bytes()).sites().stream()
            .filter(site -> site.liveBytes() > 0)
            .limit(TOP_HOLDERS)
            .map(Samples::holder)
            .collect(Collectors.joining("; "));
    return holders.isEmpty() ? "sites that were not sampled" : holders;
  }

  private static String holder(SiteProfile.Entry site) {
    return Owners.firstOfProgram(site.site()) + " (about " + site.liveBytes() + " bytes)";
  }

  /** Returns how often memory was refused. */
  long refusals() {
    return refusals.get();
  }
}
