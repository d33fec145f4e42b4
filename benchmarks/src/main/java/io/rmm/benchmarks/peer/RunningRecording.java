package io.rmm.benchmarks.peer;

import io.rmm.jfr.RecordingSettings;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicBoolean;
import jdk.jfr.Recording;
import jdk.jfr.consumer.RecordingStream;

/** A recording of the kind that a peer is measured under. */
public final class RunningRecording implements AutoCloseable {

  /** Millions of events a second fill a disk in minutes. */
  private static final long LARGEST_BYTES = 256L << 20;

  /** Several times what it takes until a source has noticed that it is recorded. */
  private static final Duration PATIENCE = Duration.ofSeconds(30);

  private final Recording recording = new Recording();

  private RunningRecording() {
    recording.setMaxSize(LARGEST_BYTES);
  }

  /** Makes one with default.jfc and rmm.jfc, as a production process has it; not yet started. */
  public static RunningRecording asShipped() {
    RunningRecording made = new RunningRecording();
    made.recording.setSettings(RecordingSettings.over("default"));
    return made;
  }

  /** Makes one that has nothing enabled and is not yet started. */
  static RunningRecording empty() {
    return new RunningRecording();
  }

  /** Starts it. */
  public void start() {
    recording.start();
  }

  /**
   * Records two events from now on, each of them and without stacks, and returns when both are seen
   * to be recorded.
   *
   * @param act what makes the program emit both
   * @throws IllegalStateException if they are not: then a benchmark would measure something else
   *     than it says
   */
  void trace(String allocation, String free, Runnable act) {
    AtomicBoolean allocated = new AtomicBoolean();
    AtomicBoolean freed = new AtomicBoolean();
    try (RecordingStream seen = new RecordingStream()) {
      for (String event : new String[] {allocation, free}) {
        recording.enable(event).withoutThreshold().withoutStackTrace();
        seen.enable(event).withoutThreshold().withoutStackTrace();
      }
      seen.onEvent(allocation, _ -> allocated.set(true));
      seen.onEvent(free, _ -> freed.set(true));
      seen.startAsync();
      long start = System.nanoTime();
      while (!allocated.get() || !freed.get()) {
        if (System.nanoTime() - start > PATIENCE.toNanos()) {
          throw new IllegalStateException(allocation + " or " + free + " is not recorded");
        }
        act.run();
        Thread.onSpinWait();
      }
    }
  }

  @Override
  public void close() {
    recording.close();
  }
}
