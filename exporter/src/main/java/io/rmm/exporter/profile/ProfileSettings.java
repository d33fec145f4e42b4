package io.rmm.exporter.profile;

import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * When profiles are written without being asked for, where, and as what.
 *
 * @param directory a folder that is there and takes files
 */
record ProfileSettings(Path directory, Set<Occasion> on, ProfileFormat format) {

  static final String DIRECTORY = "rmm.profile.directory";
  static final String ON = "rmm.profile.on";
  static final String FORMAT = "rmm.profile.format";

  /** What a profile is written at. */
  enum Occasion {
    EXIT,
    REJECTION;

    String id() {
      return name().toLowerCase(Locale.ROOT);
    }

    private static Occasion of(String id) {
      return Arrays.stream(values())
          .filter(occasion -> occasion.id().equals(id))
          .findFirst()
          .orElseThrow(
              () ->
                  new IllegalArgumentException(
                      ON + " must be exit, rejection or both with a comma between, not " + id));
    }
  }

  /**
   * Reads them from properties; empty if none is set.
   *
   * @throws IllegalArgumentException if one has a value that does not work; the message says what
   *     would
   */
  static Optional<ProfileSettings> read(Function<String, @Nullable String> properties) {
    String directory = properties.apply(DIRECTORY);
    String on = properties.apply(ON);
    String format = properties.apply(FORMAT);
    if (directory == null && on == null && format == null) {
      return Optional.empty();
    }
    if (directory == null || on == null) {
      throw new IllegalArgumentException(
          "set both " + DIRECTORY + ", a folder, and " + ON + ", exit, rejection or both");
    }
    return Optional.of(
        new ProfileSettings(
            directory(directory), occasions(on), format(format == null ? "flame-graph" : format)));
  }

  private static Path directory(String text) {
    Path path;
    try {
      path = Path.of(text);
    } catch (InvalidPathException e) {
      throw new IllegalArgumentException(DIRECTORY + " is no path: " + e.getMessage(), e);
    }
    if (!Files.isDirectory(path) || !Files.isWritable(path)) {
      throw new IllegalArgumentException(
          DIRECTORY + " must be a folder that is there and takes files, not " + text);
    }
    // The working directory cannot change, but a relative path tells little in a log.
    return path.toAbsolutePath();
  }

  private static Set<Occasion> occasions(String text) {
    EnumSet<Occasion> occasions = EnumSet.noneOf(Occasion.class);
    for (String id : text.split(",", -1)) {
      occasions.add(Occasion.of(id.strip()));
    }
    return occasions;
  }

  private static ProfileFormat format(String id) {
    ProfileFormat format =
        ProfileFormat.of(id)
            .orElseThrow(
                () ->
                    new IllegalArgumentException(
                        FORMAT
                            + " must be one of "
                            + Arrays.stream(ProfileFormat.values())
                                .map(ProfileFormat::id)
                                .collect(Collectors.joining(", "))
                            + ", not "
                            + id));
    if (!format.isAvailable()) {
      throw new IllegalArgumentException(
          FORMAT + " " + id + " needs com.google.protobuf:protobuf-java on the class path");
    }
    return format;
  }
}
