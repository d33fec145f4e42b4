package io.rmm.jfr;

import java.util.concurrent.atomic.AtomicBoolean;
import jdk.jfr.FlightRecorder;
import jdk.jfr.FlightRecorderListener;

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

  private static final AtomicBoolean STARTED = new AtomicBoolean();

  private EventRegistration() {}

  /** Sees to it that the events are registered as soon as they can be recorded. */
  static void ensureStarted() {
    if (STARTED.compareAndSet(false, true) && FlightRecorder.isAvailable()) {
      FlightRecorder.addListener(new EventRegistration());
    }
  }

  @Override
  public void recorderInitialized(FlightRecorder recorder) {
    for (Signal signal : Signals.ALL) {
      FlightRecorder.register(signal.event());
      if (signal instanceof Signal.State state) {
        FlightRecorder.addPeriodicEvent(state.event(), () -> RecordedSources.commitEach(state));
      }
    }
    FlightRecorder.removeListener(this);
  }
}
