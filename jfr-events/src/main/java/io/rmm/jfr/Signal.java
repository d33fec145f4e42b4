package io.rmm.jfr;

import io.rmm.allocator.MemoryListener;
import io.rmm.allocator.MemorySource;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Function;
import jdk.jfr.Event;

/** One kind of event, and how it comes from a source into a recording. */
sealed interface Signal {

  /** Returns the event's class. */
  Class<? extends Event> event();

  /**
   * Something happens, and the source tells its listeners.
   *
   * @param event the event's class
   * @param listener makes the listener that commits the events of the source so named
   */
  record Occurrence(Class<? extends Event> event, Function<String, MemoryListener> listener)
      implements Signal {}

  /**
   * A state, of which the source is asked: when it is attached, in the event's period while it is
   * recorded, and when it is closed, so that a recording ends with the truth.
   *
   * @param event the event's class
   * @param commit commits the events that tell of a source's state now
   * @param partEnd makes the listener that commits the last event of a part of the source so named,
   *     if parts may end before the source
   */
  record State(
      Class<? extends Event> event,
      Consumer<MemorySource> commit,
      Optional<Function<String, MemoryListener>> partEnd)
      implements Signal {

    State(Class<? extends Event> event, Consumer<MemorySource> commit) {
      this(event, commit, Optional.empty());
    }
  }

  /**
   * Something that is committed elsewhere: together with another event, or by the program itself.
   *
   * @param event the event's class
   */
  record Elsewhere(Class<? extends Event> event) implements Signal {}
}
