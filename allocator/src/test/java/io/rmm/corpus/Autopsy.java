package io.rmm.corpus;

import io.rmm.allocator.postmortem.Diagnosis;
import io.rmm.allocator.postmortem.SlotFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** Finds out from what a dead process left behind what it died of, as {@code rmm explain} does. */
final class Autopsy {

  private static final Pattern ADDRESS = Pattern.compile("si_addr: 0x([0-9a-f]{1,16})");

  private final Path directory;

  Autopsy(Path directory) {
    this.directory = directory;
  }

  /** Returns whether it died of what {@code variant} does. */
  Corpus.Result of(Variant variant) throws IOException {
    Path log = directory.resolve("hs_err");
    if (!Files.exists(log)) {
      return new Corpus.Result(Outcome.DIED, "no log");
    }
    Matcher address = ADDRESS.matcher(Files.readString(log));
    if (!address.find()) {
      return new Corpus.Result(Outcome.DIED, "no address");
    }
    long at = Long.parseUnsignedLong(address.group(1), 16);
    for (Path file : slotFiles()) {
      Diagnosis diagnosis = Diagnosis.of(SlotFile.read(file), at).orElse(null);
      if (diagnosis != null) {
        Outcome outcome =
            variant.kinds().contains(diagnosis.kind()) ? Outcome.EXPLAINED : Outcome.DIED;
        return new Corpus.Result(
            outcome, "died of " + diagnosis.kind() + " at offset " + diagnosis.offset());
      }
    }
    return new Corpus.Result(Outcome.DIED, "foreign, of " + slotFiles().size() + " files");
  }

  private List<Path> slotFiles() throws IOException {
    Path slots = directory.resolve("slots");
    if (!Files.exists(slots)) {
      return List.of();
    }
    try (Stream<Path> files = Files.list(slots)) {
      return files.filter(file -> file.toString().endsWith(".rmm")).toList();
    }
  }

  /** Removes it all, but the directory. */
  void clear() throws IOException {
    try (Stream<Path> files = Files.walk(directory)) {
      for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
        if (!file.equals(directory)) {
          Files.delete(file);
        }
      }
    }
  }
}
