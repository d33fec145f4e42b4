package io.rmm.exporter.profile;

import io.rmm.allocator.MemorySource;
import io.rmm.allocator.SiteProfile;
import java.io.IOException;
import java.io.OutputStream;
import java.time.Instant;
import java.util.Objects;

/**
 * What a memory source held and had allocated at some moment, by call stack.
 *
 * <pre>{@code
 * HeapProfile profile = HeapProfile.of(manager);
 * try (OutputStream file = Files.newOutputStream(Path.of("heap.pb.gz"))) {
 *   profile.write(ProfileFormat.PPROF, file);
 * }
 * }</pre>
 *
 * <p>Taking one stops no thread: it reads what the sampled blocks were counted as. All figures are
 * estimates, see {@link io.rmm.allocator.Estimate}.
 *
 * @param manager the name of the source
 * @param time when it was taken
 * @param sites the figures
 */
public record HeapProfile(String manager, Instant time, SiteProfile sites) {

  /** Checks that nothing is missing. */
  public HeapProfile {
    Objects.requireNonNull(manager, "manager");
    Objects.requireNonNull(time, "time");
    Objects.requireNonNull(sites, "sites");
  }

  /** Takes the profile of {@code source} now. */
  public static HeapProfile of(MemorySource source) {
    return new HeapProfile(source.name(), Instant.now(), source.profile());
  }

  /**
   * Writes the profile; leaves {@code out} open.
   *
   * @throws IOException if {@code out} fails
   * @throws IllegalStateException if the format needs a library that is not there
   */
  public void write(ProfileFormat format, OutputStream out) throws IOException {
    if (!format.isAvailable()) {
      throw new IllegalStateException(
          format.id()
              + " needs com.google.protobuf:protobuf-java, which is not on the class path or module"
              + " path");
    }
    format.write(this, out);
    out.flush();
  }
}
