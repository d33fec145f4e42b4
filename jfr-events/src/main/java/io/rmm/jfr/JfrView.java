package io.rmm.jfr;

import io.rmm.allocator.MemorySource;
import io.rmm.allocator.MemoryView;
import io.rmm.allocator.log.Log;
import java.lang.System.Logger.Level;

/**
 * Commits a source's signals as Flight Recorder events.
 *
 * <p>Until the first recording starts this costs nothing but the creation of an event object for
 * each call of a listener: the event classes are registered only when Flight Recorder has been
 * initialised by somebody else, because initialising it builds metadata that a process which never
 * records should not pay for.
 *
 * <p>The module requires {@code jdk.jfr}, so that jlink and the module system put it into the
 * image. On the class path nobody checks that; in a runtime without it this view shows nothing, and
 * says so in one log line. To run on the module path without {@code jdk.jfr}, leave this module
 * out: the allocator does not need it.
 */
public final class JfrView implements MemoryView {

  /** Makes the view; all instances share what they have registered with Flight Recorder. */
  public JfrView() {}

  @Override
  public AutoCloseable attach(MemorySource source) {
    // The classes that name jdk.jfr are first touched inside RecordedSources.
    if (ModuleLayer.boot().findModule("jdk.jfr").isEmpty()) {
      Log.logger("io.rmm.jfr")
          .log(
              Level.INFO,
              "{0} is not shown in Flight Recorder: this runtime has no module jdk.jfr",
              source.name());
      return () -> {};
    }
    return RecordedSources.add(source);
  }

  /**
   * Takes RMM's events out of Flight Recorder, which else holds on to their classes, and so to the
   * class loader of RMM, as long as the process lives. To be called when all sources of that loader
   * are detached and it is to go: by an agent that ends, or a web application. Recordings keep what
   * they have. A source that is attached later registers the events anew.
   */
  public static void unregister() {
    if (ModuleLayer.boot().findModule("jdk.jfr").isPresent()) {
      RecordedSources.unregister();
    }
  }
}
