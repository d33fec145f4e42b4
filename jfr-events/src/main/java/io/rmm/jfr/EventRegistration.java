package io.rmm.jfr;

import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicReference;
import jdk.jfr.FlightRecorder;
import jdk.jfr.FlightRecorderListener;
import org.jspecify.annotations.Nullable;

/**
 * Registers the event classes once Flight Recorder is in use, and never makes it so.
 *
 * <p>Registering an event class initialises Flight Recorder, which builds its metadata repository
 * and costs every process some 100 ms, recorded or not. The event classes are therefore
 * {@code @Registered(false)}, and registered by this listener when the recorder is initialised for
 * the first recording, or at once if it is already.
 *
 * <p>Flight Recorder calls with its own locks held. No lock is taken here, nor held around a call
 * of it, so the two cannot wait for each other.
 */
final class EventRegistration implements FlightRecorderListener {

  private static final AtomicReference<@Nullable EventRegistration> STARTED =
      new AtomicReference<>();

  /** What Flight Recorder calls for each periodic event; empty until they are registered. */
  private final Queue<Runnable> periodic = new ConcurrentLinkedQueue<>();

  private EventRegistration() {}

  /** Sees to it that the events are registered as soon as they can be recorded. */
  static void ensureStarted() {
    if (STARTED.get() == null && FlightRecorder.isAvailable()) {
      EventRegistration started = new EventRegistration();
      if (STARTED.compareAndSet(null, started)) {
        FlightRecorder.addListener(started);
      }
    }
  }

  @Override
  public void recorderInitialized(FlightRecorder recorder) {
    for (Signal signal : Signals.ALL) {
      FlightRecorder.register(signal.event());
      if (signal instanceof Signal.State state) {
        Runnable commit = () -> RecordedSources.commitEach(state);
        periodic.add(commit);
        FlightRecorder.addPeriodicEvent(state.event(), commit);
      }
    }
    FlightRecorder.removeListener(this);
  }

  /** Takes the events out of Flight Recorder again, which holds on to their classes otherwise. */
  static void end() {
    EventRegistration started = STARTED.getAndSet(null);
    if (started == null || FlightRecorder.removeListener(started)) {
      return; // no recording has ever come
    }
    started.periodic.forEach(FlightRecorder::removePeriodicEvent);
    for (Signal signal : Signals.ALL) {
      FlightRecorder.unregister(signal.event());
    }
  }
}
