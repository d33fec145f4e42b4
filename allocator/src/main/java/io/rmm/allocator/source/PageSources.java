package io.rmm.allocator.source;

import io.rmm.allocator.log.Log;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** Chooses the page source, and keeps the one of Linux for all managers of the process. */
public final class PageSources {

  private static @Nullable LinuxPageSource linux;

  private PageSources() {}

  /**
   * Returns the source called {@code name}: {@code "linux"}, {@code "portable"}, or {@code "auto"}
   * for the first of these that works here.
   *
   * <p>The source of Linux asks for huge pages if the system property {@code rmm.hugepages} is
   * {@code madvise} when it is first used; unless set, it is {@code off}.
   *
   * @throws IllegalArgumentException if there is no source of that name, or no such setting
   * @throws UnsupportedOperationException if {@code "linux"} is asked for and does not work here
   */
  public static PageSource named(String name) {
    return switch (name) {
      case "portable" -> new PortablePageSource();
      case "linux" -> linux();
      case "auto" -> automatic();
      default ->
          throw new IllegalArgumentException(
              "page source must be auto, linux or portable, but is " + name);
    };
  }

  private static PageSource automatic() {
    if (!isLinux()) {
      return new PortablePageSource();
    }
    try {
      return linux();
    } catch (UnsupportedOperationException e) {
      Log.logger()
          .log(System.Logger.Level.WARNING, "using the portable page source: {0}", e.getMessage());
      return new PortablePageSource();
    }
  }

  private static synchronized PageSource linux() {
    LinuxPageSource source = linux;
    if (source == null) {
      try {
        source = new LinuxPageSource(new LinuxSystemCalls(), wantsHugePages());
      } catch (IllegalCallerException | LinkageError e) {
        throw new UnsupportedOperationException(
            "the Linux page source does not work here: " + e.getMessage(), e);
      }
      linux = source;
    }
    return source;
  }

  private static boolean wantsHugePages() {
    String value = System.getProperty("rmm.hugepages", "off");
    return switch (value) {
      case "off" -> false;
      case "madvise" -> true;
      default ->
          throw new IllegalArgumentException(
              "system property rmm.hugepages must be off or madvise, but is " + value);
    };
  }

  private static boolean isLinux() {
    return System.getProperty("os.name", "").toLowerCase(Locale.ROOT).contains("linux");
  }
}
