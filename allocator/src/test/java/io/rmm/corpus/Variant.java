package io.rmm.corpus;

import io.rmm.allocator.MisuseKind;
import io.rmm.allocator.SafetyMode;
import java.util.EnumMap;
import java.util.Map;
import java.util.Set;

/**
 * One way to go wrong, and its good twin.
 *
 * @param kinds under which it may be reported; empty if it is to be refused by an exception about
 *     sizes
 * @param expected what is to become of it by mode
 * @param acrossThreads the same where source and sink are in different threads, if that differs
 * @param needs what it needs of its surroundings
 */
record Variant(
    Cwe cwe,
    String name,
    Set<MisuseKind> kinds,
    Map<SafetyMode, Outcome> expected,
    Map<SafetyMode, Outcome> acrossThreads,
    Set<Need> needs,
    Source source,
    Sink bad,
    Sink good) {

  enum Need {
    /** A process of its own, since it writes or reads natively where it should not. */
    CHILD,
    /** Source and sink in one thread. */
    ONE_THREAD,
    /** Time for the sweep to come round. */
    SWEEP
  }

  /** Allocates what is carried. */
  interface Source {
    Carried get(CaseRun run) throws Throwable;
  }

  /** Does the right or the wrong thing. */
  interface Sink {
    void accept(CaseRun run, Carried carried) throws Throwable;
  }

  boolean needs(Need need) {
    return needs.contains(need);
  }

  Outcome expected(SafetyMode mode, Flow flow) {
    Outcome usual = expected.get(mode);
    return flow == Flow.THREAD ? acrossThreads.getOrDefault(mode, usual) : usual;
  }

  static Builder of(Cwe cwe, String name, MisuseKind... kinds) {
    return new Builder(cwe, name, Set.of(kinds));
  }

  /** Collects the parts of a variant; {@link #good} is the last. */
  static final class Builder {

    private final Cwe cwe;
    private final String name;
    private final Set<MisuseKind> kinds;
    private final Map<SafetyMode, Outcome> expected = new EnumMap<>(SafetyMode.class);
    private final Map<SafetyMode, Outcome> acrossThreads = new EnumMap<>(SafetyMode.class);
    private Set<Need> needs = Set.of();
    private Source source;
    private Sink bad;

    private Builder(Cwe cwe, String name, Set<MisuseKind> kinds) {
      this.cwe = cwe;
      this.name = name;
      this.kinds = kinds;
    }

    /** Sets what is to become of it in all modes. */
    Builder expect(Outcome outcome) {
      for (SafetyMode mode : SafetyMode.values()) {
        expected.put(mode, outcome);
      }
      return this;
    }

    /** Sets what is to become of it in one mode. */
    Builder expect(SafetyMode mode, Outcome outcome) {
      expected.put(mode, outcome);
      return this;
    }

    /** Sets what is to become of it in one mode if source and sink are in different threads. */
    Builder expectAcrossThreads(SafetyMode mode, Outcome outcome) {
      acrossThreads.put(mode, outcome);
      return this;
    }

    Builder needs(Need... needs) {
      this.needs = Set.of(needs);
      return this;
    }

    Builder source(Source source) {
      this.source = source;
      return this;
    }

    Builder bad(Sink bad) {
      this.bad = bad;
      return this;
    }

    Variant good(Sink good) {
      return new Variant(
          cwe,
          name,
          kinds,
          Map.copyOf(expected),
          Map.copyOf(acrossThreads),
          needs,
          source,
          bad,
          good);
    }
  }
}
