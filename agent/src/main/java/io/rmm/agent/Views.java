package io.rmm.agent;

import io.rmm.jfr.JfrView;
import io.rmm.jmx.JmxView;
import java.util.ArrayDeque;
import java.util.Deque;

/**
 * Shows the agent's source, in each place as soon as that may be. One that fails does not keep the
 * source from the others.
 */
final class Views implements AutoCloseable {

  private final ForeignMemory memory;
  private final ProgramLogging logging;
  private final Deque<AutoCloseable> shown = new ArrayDeque<>();
  private boolean inJmx;

  /**
   * Shows it where that can be at once.
   *
   * @param late whether the program runs already
   */
  Views(ForeignMemory memory, boolean late) {
    this.memory = memory;
    this.logging = new ProgramLogging(late);
    show("Flight Recorder", "jdk.jfr", () -> inFlightRecorder(memory));
    showMore();
  }

  /** Shows it where it could not be shown so far; to be called now and then. */
  void showMore() {
    if (!inJmx && logging.hasBegun()) {
      inJmx = true;
      show("JMX", "java.management", () -> new JmxView().attach(memory));
    }
  }

  private static AutoCloseable inFlightRecorder(ForeignMemory memory) {
    AutoCloseable shown = new JfrView().attach(memory);
    return () -> {
      shown.close();
      JfrView.unregister();
    };
  }

  /** Begins to show something. */
  private interface Attachment {
    AutoCloseable begin();
  }

  private void show(String where, String module, Attachment attachment) {
    if (ModuleLayer.boot().findModule(module).isEmpty()) {
      AgentLog.say("memory is not shown in " + where + ": this runtime has no module " + module);
      return;
    }
    try {
      shown.push(attachment.begin());
    } catch (Exception | LinkageError e) {
      AgentLog.warn("memory is not shown in " + where, e);
    }
  }

  @Override
  public void close() {
    while (!shown.isEmpty()) {
      try {
        shown.pop().close();
      } catch (Exception e) {
        AgentLog.warn("a view does not end", e);
      }
    }
  }
}
