package io.rmm.benchmarks.peer;

import io.netty.buffer.AdaptiveByteBufAllocator;
import io.netty.buffer.PooledByteBufAllocator;
import io.rmm.allocator.SafetyMode;
import java.util.Arrays;
import java.util.Optional;
import java.util.function.Function;

/**
 * The allocators that can be measured, by the names that the command line, JMH's parameter {@code
 * peer} and the tables use.
 */
public enum PeerKind {
  /** RMM as it ships: standard mode, all views, a recording under way. Always our number. */
  RMM("rmm", Family.RMM),
  /** RMM without any view and without a recording: only to tell what instrumentation costs. */
  RMM_BARE("rmm-bare", Family.VARIANT),
  /** RMM as it ships, with the events of every block recorded as well. */
  RMM_TRACED("rmm-traced", Family.VARIANT),
  /** RMM as it ships, in mode {@code FAST}. */
  RMM_FAST("rmm-fast", Family.VARIANT),
  /** RMM as it ships, in mode {@code SAFE}. */
  RMM_SAFE("rmm-safe", Family.VARIANT),
  /** RMM as it ships, in mode {@code PARANOID}. */
  RMM_PARANOID("rmm-paranoid", Family.VARIANT),
  /** The same without guards, which is the work that leak detection of other allocators does. */
  RMM_PARANOID_UNGUARDED("rmm-paranoid-unguarded", Family.VARIANT),
  NETTY_ADAPTIVE("netty-adaptive", Family.JAVA),
  /** The adaptive allocator with the events of every buffer recorded. */
  NETTY_ADAPTIVE_TRACED("netty-adaptive-traced", Family.VARIANT),
  /** The adaptive allocator with each buffer watched for leaks, and each access recorded. */
  NETTY_ADAPTIVE_PARANOID("netty-adaptive-paranoid", Family.VARIANT),
  NETTY_POOLED("netty-pooled", Family.JAVA),
  ARROW_UNSAFE("arrow-unsafe", Family.JAVA),
  ARROW_NETTY("arrow-netty", Family.JAVA),
  /** An {@code Arena.ofConfined()} a block. */
  JDK_CONFINED("jdk-confined", Family.JAVA),
  /** An {@code Arena.ofShared()} a block. */
  JDK_SHARED("jdk-shared", Family.JAVA),
  GLIBC("glibc", Family.NATIVE),
  GLIBC_CRITICAL("glibc-critical", Family.NATIVE),
  JEMALLOC("jemalloc", Family.NATIVE),
  JEMALLOC_CRITICAL("jemalloc-critical", Family.NATIVE),
  MIMALLOC("mimalloc", Family.NATIVE),
  MIMALLOC_CRITICAL("mimalloc-critical", Family.NATIVE),
  /** No allocator at all: what the workload costs by itself. */
  NONE("none", Family.NONE);

  private enum Family {
    RMM,
    JAVA,
    NATIVE,
    VARIANT,
    NONE
  }

  private final String label;
  private final Family family;

  PeerKind(String label, Family family) {
    this.label = label;
    this.family = family;
  }

  /** Returns the name in tables and on command lines. */
  public String label() {
    return label;
  }

  /** Tells whether this is another allocator for Java programs. */
  public boolean isJava() {
    return family == Family.JAVA;
  }

  /** Tells whether this is a C library, called through downcalls. */
  public boolean isNative() {
    return family == Family.NATIVE;
  }

  /**
   * Tells whether this is another peer, watched more or less than its users do: for the rows that
   * tell what watching costs, and no other.
   */
  public boolean isVariant() {
    return family == Family.VARIANT;
  }

  /** Returns the C library that the peer needs, if it needs one. */
  public Optional<NativeLibrary> library() {
    return switch (this) {
      case GLIBC, GLIBC_CRITICAL -> Optional.of(NativeLibrary.GLIBC);
      case JEMALLOC, JEMALLOC_CRITICAL -> Optional.of(NativeLibrary.JEMALLOC);
      case MIMALLOC, MIMALLOC_CRITICAL -> Optional.of(NativeLibrary.MIMALLOC);
      default -> Optional.empty();
    };
  }

  /** Returns the peer of that name, if there is one. */
  public static Optional<PeerKind> named(String label) {
    return Arrays.stream(values()).filter(kind -> kind.label.equals(label)).findFirst();
  }

  /**
   * Makes the peer. To be called for one kind in a process: see {@link Peer}.
   *
   * <p>By references to constructors, which are resolved when they are first used: a plain {@code
   * new} of all kinds would make the verifier load all their classes, and calls through {@code
   * Peer} would no longer have one target.
   *
   * @throws UnsupportedOperationException if this machine does not have it
   */
  public Peer open() {
    return switch (this) {
      case RMM -> make(RmmPeer::new, RmmPeer.Watching.AS_SHIPPED);
      case RMM_BARE -> make(RmmPeer::new, RmmPeer.Watching.NONE);
      case RMM_TRACED -> make(RmmPeer::new, RmmPeer.Watching.TRACING);
      case RMM_FAST -> make(RmmPeer::inMode, SafetyMode.FAST);
      case RMM_SAFE -> make(RmmPeer::inMode, SafetyMode.SAFE);
      case RMM_PARANOID -> make(RmmPeer::inMode, SafetyMode.PARANOID);
      case RMM_PARANOID_UNGUARDED -> make(RmmPeer::unguarded, SafetyMode.PARANOID);
      case NETTY_ADAPTIVE -> make(NettyPeer::new, new AdaptiveByteBufAllocator(true));
      case NETTY_ADAPTIVE_TRACED -> make(NettyPeer::traced, new AdaptiveByteBufAllocator(true));
      case NETTY_ADAPTIVE_PARANOID -> make(NettyPeer::paranoid, new AdaptiveByteBufAllocator(true));
      case NETTY_POOLED -> make(NettyPeer::new, new PooledByteBufAllocator(true));
      case ARROW_UNSAFE -> make(ArrowPeer::new, "Unsafe");
      case ARROW_NETTY -> make(ArrowPeer::new, "Netty");
      case JDK_CONFINED -> make(ArenaPeer::new, false);
      case JDK_SHARED -> make(ArenaPeer::new, true);
      case GLIBC -> library(NativeLibrary.GLIBC, false);
      case GLIBC_CRITICAL -> library(NativeLibrary.GLIBC, true);
      case JEMALLOC -> library(NativeLibrary.JEMALLOC, false);
      case JEMALLOC_CRITICAL -> library(NativeLibrary.JEMALLOC, true);
      case MIMALLOC -> library(NativeLibrary.MIMALLOC, false);
      case MIMALLOC_CRITICAL -> library(NativeLibrary.MIMALLOC, true);
      case NONE -> make(NoPeer::new, NoPeer.MEMORY_BYTES);
    };
  }

  private static Peer library(NativeLibrary library, boolean critical) {
    return make(NativePeer::new, new NativePeer.Choice(library, critical));
  }

  private static <T> Peer make(Function<T, Peer> constructor, T argument) {
    return constructor.apply(argument);
  }
}
