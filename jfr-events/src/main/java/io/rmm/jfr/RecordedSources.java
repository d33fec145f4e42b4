package io.rmm.jfr;

import io.rmm.allocator.MemoryListener;
import io.rmm.allocator.MemorySource;
import io.rmm.allocator.log.Log;
import io.rmm.jfr.Signal.Elsewhere;
import io.rmm.jfr.Signal.Occurrence;
import io.rmm.jfr.Signal.State;
import java.lang.System.Logger.Level;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Function;

/**
 * The sources that are attached now. One list for the process, as there is one Flight Recorder;
 * each source is in it once, also where two views have attached it, because twice the events would
 * be twice the bytes.
 */
final class RecordedSources {

  private static final CopyOnWriteArrayList<MemorySource> SOURCES = new CopyOnWriteArrayList<>();

  private RecordedSources() {}

  /** Records {@code source} until what is returned is closed. */
  static AutoCloseable add(MemorySource source) {
    if (!SOURCES.addIfAbsent(source)) {
      return () -> {};
    }
    EventRegistration.ensureStarted();
    List<MemoryListener> listeners = new ArrayList<>();
    try {
      addListeners(source, listeners);
    } catch (RuntimeException e) {
      remove(source, listeners);
      throw e;
    }
    commitStates(source);
    return () -> remove(source, listeners);
  }

  /** Takes the events out of Flight Recorder, unless there are sources. */
  static void unregister() {
    if (SOURCES.isEmpty()) {
      EventRegistration.end();
    }
  }

  private static void addListeners(MemorySource source, List<MemoryListener> listeners) {
    for (Signal signal : Signals.ALL) {
      listener(signal)
          .map(listener -> listener.apply(source.name()))
          .ifPresent(
              listener -> {
                source.addListener(listener);
                listeners.add(listener);
              });
    }
  }

  private static Optional<Function<String, MemoryListener>> listener(Signal signal) {
    return switch (signal) {
      case Occurrence occurrence -> Optional.of(occurrence.listener());
      case State state -> state.partEnd();
      case Elsewhere _ -> Optional.empty();
    };
  }

  private static void remove(MemorySource source, List<MemoryListener> listeners) {
    if (SOURCES.remove(source)) {
      listeners.forEach(source::removeListener);
      commitStates(source);
    }
  }

  /**
   * Commits one state of every attached source.
   *
   * <p>A source that was closed meanwhile has committed its last state already, and an older one
   * may just have followed: it is asked again, so that its last event is true whatever the race.
   */
  static void commitEach(State state) {
    for (MemorySource source : SOURCES) {
      commit(state, source);
      if (!SOURCES.contains(source)) {
        commit(state, source);
      }
    }
  }

  private static void commitStates(MemorySource source) {
    for (Signal signal : Signals.ALL) {
      if (signal instanceof State state) {
        commit(state, source);
      }
    }
  }

  /** A source that fails hides neither the other sources nor its own other events. */
  private static void commit(State state, MemorySource source) {
    try {
      state.commit().accept(source);
    } catch (RuntimeException e) {
      Log.logger("io.rmm.jfr")
          .log(
              Level.WARNING,
              "No "
                  + state.event().getSimpleName()
                  + " of "
                  + source.name()
                  + " in Flight Recorder",
              e);
    }
  }
}
