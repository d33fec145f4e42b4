package io.rmm.exporter.profile;

import io.rmm.allocator.MemorySource;
import io.rmm.allocator.MemoryView;
import io.rmm.allocator.log.Log;
import java.lang.System.Logger.Level;
import java.util.Optional;

/**
 * Writes heap profiles to files when something has happened, if system properties ask for it:
 *
 * <ul>
 *   <li>{@code rmm.profile.directory}: a folder that is there
 *   <li>{@code rmm.profile.on}: {@code exit}, {@code rejection}, or {@code exit,rejection}
 *   <li>{@code rmm.profile.format}: {@code flame-graph} (unless set), {@code pprof}, {@code
 *       live-stacks} or {@code allocated-stacks}
 * </ul>
 *
 * <p>At a <b>rejection</b>, since whoever is refused memory wants to know who has it; at most once
 * a minute and {@value ProfileDump#MOST_REJECTION_FILES} times for a manager, by a thread of its
 * own. At the <b>exit</b>, which is when the manager is closed or the JVM ends, whichever comes
 * first; not when the JVM is killed or crashes. Files are complete or not there, and only their
 * owner can read them. Their names hold the manager, the time, the process and the occasion.
 *
 * <p>A value that does not work is told in the log when a manager is built, and nothing is written.
 * Registered as a service, so that it need not be named in a program.
 */
public final class ProfileFiles implements MemoryView {

  /** Makes the view, which reads the properties when it is attached. */
  public ProfileFiles() {}

  @Override
  public AutoCloseable attach(MemorySource source) {
    Optional<ProfileSettings> settings;
    try {
      settings = ProfileSettings.read(System::getProperty);
    } catch (IllegalArgumentException e) {
      Log.logger("io.rmm.exporter.profile")
          .log(
              Level.ERROR,
              "memory manager {0} writes no heap profiles: {1}",
              source.name(),
              e.getMessage());
      return () -> {};
    }
    if (settings.isEmpty()) {
      return () -> {};
    }
    return new ProfileDump(source, settings.get(), System::nanoTime);
  }
}
