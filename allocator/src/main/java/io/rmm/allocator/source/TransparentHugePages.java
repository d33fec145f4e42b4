package io.rmm.allocator.source;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/** What the kernel says of transparent huge pages. */
public final class TransparentHugePages {

  /** Bytes of a huge page on x86-64, and on AArch64 with small pages of 4 KiB. */
  public static final long BYTES = 2 << 20;

  private static final Path SETTING = Path.of("/sys/kernel/mm/transparent_hugepage/enabled");

  private TransparentHugePages() {}

  /** Tells whether the kernel gives them to those who ask. */
  public static boolean areGiven() {
    try {
      // As in "always [madvise] never", with the setting in force in brackets.
      String setting = Files.readString(SETTING, StandardCharsets.ISO_8859_1);
      return setting.contains("[always]") || setting.contains("[madvise]");
    } catch (IOException | RuntimeException e) {
      // A kernel without them, or a container that hides it.
      return false;
    }
  }
}
