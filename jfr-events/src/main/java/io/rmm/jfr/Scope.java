package io.rmm.jfr;

import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * What the program is doing in this thread, for recordings: {@code jfr print} then shows it with
 * every event that happens in the thread meanwhile, of this module and of others.
 *
 * <pre>{@code
 * try (Scope scope = Scope.open("GET /orders", traceId, spanId)) {
 *   ...
 * }
 * }</pre>
 *
 * <p>The event, {@code rmm.Scope}, is off by default. While no recording has it on, and in a
 * runtime without Flight Recorder, {@link #open} does nothing but ask whether one has. A scope that
 * was opened before a recording is not in it.
 *
 * <p>To be opened and closed by one thread, the inner scopes before the outer ones. A scope that
 * another thread closes is not recorded, because it would tell lies about that thread's events.
 */
public final class Scope implements AutoCloseable {

  private static final boolean RECORDABLE = prepare();

  private static final Scope NONE = new Scope(null);

  private @Nullable Recorded recorded;

  private Scope(@Nullable Recorded recorded) {
    this.recorded = recorded;
  }

  /** On the class path, a runtime may lack what the module requires. */
  private static boolean prepare() {
    if (ModuleLayer.boot().findModule("jdk.jfr").isEmpty()) {
      return false;
    }
    EventRegistration.ensureStarted();
    return true;
  }

  /**
   * Begins a scope.
   *
   * @param name what the program is doing, in few words and few different ones
   * @param traceId the id of the trace that it belongs to, or {@code ""}
   * @param spanId the id of the span within the trace, or {@code ""}
   */
  public static Scope open(String name, String traceId, String spanId) {
    Objects.requireNonNull(name, "name");
    Objects.requireNonNull(traceId, "traceId");
    Objects.requireNonNull(spanId, "spanId");
    Recorded recorded = RECORDABLE ? Recorded.begin(name, traceId, spanId) : null;
    return recorded == null ? NONE : new Scope(recorded);
  }

  /** Ends the scope; once more has no effect. */
  @Override
  public void close() {
    Recorded ending = recorded;
    if (ending != null) {
      recorded = null;
      ending.end();
    }
  }

  /** A scope that a recording wants. What names Flight Recorder is here, to be loaded only then. */
  private record Recorded(ScopeEvent event, Thread thread) {

    static @Nullable Recorded begin(String name, String traceId, String spanId) {
      ScopeEvent event = new ScopeEvent();
      if (!event.isEnabled()) {
        return null;
      }
      event.name = name;
      event.traceId = traceId;
      event.spanId = spanId;
      event.begin();
      return new Recorded(event, Thread.currentThread());
    }

    void end() {
      if (Thread.currentThread() == thread) {
        event.commit();
      }
    }
  }
}
