package io.rmm.benchmarks.run;

import io.rmm.benchmarks.peer.PeerKind;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Set;

/**
 * How much of everything: all of it, or what fits in five minutes on two cores.
 *
 * @param quick whether it must be
 * @param wanted the peers to run at most
 * @param profiles the files of allocation profiles
 */
record Plan(boolean quick, Set<PeerKind> wanted, List<Path> profiles) {

  /** Those that the targets name. */
  private static final Set<PeerKind> NAMED =
      Set.of(PeerKind.RMM, PeerKind.NETTY_ADAPTIVE, PeerKind.JEMALLOC_CRITICAL);

  /**
   * Those that long scenarios run: of the ways into a C library only the faster one, and no arena a
   * block, which is confined or takes 70 us to close.
   */
  private static final Set<PeerKind> LONG =
      Set.of(
          PeerKind.RMM,
          PeerKind.NETTY_ADAPTIVE,
          PeerKind.NETTY_POOLED,
          PeerKind.ARROW_UNSAFE,
          PeerKind.ARROW_NETTY,
          PeerKind.GLIBC_CRITICAL,
          PeerKind.JEMALLOC_CRITICAL,
          PeerKind.MIMALLOC_CRITICAL);

  /** Half a second an iteration: the JIT is done by the second. */
  JmhWork.Pace pace() {
    return quick ? new JmhWork.Pace(3, 3, 200) : new JmhWork.Pace(4, 5, 500);
  }

  /** Returns all peers. */
  List<PeerKind> all() {
    return among(Set.of(PeerKind.values()));
  }

  /** Returns the peers for workloads whose blocks are freed by other threads. */
  List<PeerKind> acrossThreads() {
    return among(Set.of(PeerKind.values())).stream()
        .filter(kind -> kind != PeerKind.JDK_CONFINED)
        .toList();
  }

  /** Returns the peers for long scenarios. */
  List<PeerKind> forScenarios() {
    return among(LONG);
  }

  /** Returns those of {@code kinds} that are wanted, in the order of their declaration. */
  List<PeerKind> among(Set<PeerKind> kinds) {
    return Arrays.stream(PeerKind.values())
        .filter(kinds::contains)
        .filter(kind -> !kind.isVariant() && kind != PeerKind.NONE)
        .filter(kind -> !quick || NAMED.contains(kind))
        .filter(kind -> kind == PeerKind.RMM || wanted.contains(kind))
        .toList();
  }

  /** Returns all of {@code values}, or when in a hurry the first {@code few}. */
  <T> List<T> some(int few, List<T> values) {
    return quick ? values.subList(0, few) : values;
  }
}
