package io.rmm.cli;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.UUID;

/**
 * Files that are whole or not there: written beside their targets under other names, and moved into
 * place when all of them are written. What is not moved is deleted, also when the JVM ends early.
 */
final class StagedFiles implements AutoCloseable {

  private final Map<Path, Path> stagedByTarget = new LinkedHashMap<>();

  /**
   * Writes a file under another name.
   *
   * @param target the path to be, relative to the working directory or absolute; a symbolic link is
   *     followed
   * @throws IOException if it cannot be written; the message says why
   */
  void add(Path target, String content) throws IOException {
    if (Files.exists(target) && !Files.isRegularFile(target)) {
      throw new IOException(target + " is there and not a plain file: give another path.");
    }
    Path real = Files.exists(target) ? target.toRealPath() : target.toAbsolutePath();
    Path staged = real.resolveSibling(".rmm-" + UUID.randomUUID());
    try {
      Files.createFile(staged);
      stagedByTarget.put(real, staged);
      staged.toFile().deleteOnExit();
      Files.write(staged, content.getBytes(StandardCharsets.UTF_8));
    } catch (IOException e) {
      throw unwritable(target, e);
    }
  }

  /** Moves all files into place. */
  void commit() throws IOException {
    for (Map.Entry<Path, Path> file : stagedByTarget.entrySet()) {
      try {
        Files.move(file.getValue(), file.getKey(), StandardCopyOption.REPLACE_EXISTING);
      } catch (IOException e) {
        throw unwritable(file.getKey(), e);
      }
    }
  }

  @Override
  public void close() throws IOException {
    for (Path staged : stagedByTarget.values()) {
      Files.deleteIfExists(staged);
    }
  }

  private static IOException unwritable(Path target, IOException cause) {
    String reason =
        switch (cause) {
          case NoSuchFileException e -> "its folder does not exist or takes no files";
          case AccessDeniedException e -> "access denied";
          case FileSystemException e when e.getReason() != null -> e.getReason();
          default -> cause.toString();
        };
    return new IOException(
        target + " cannot be written (" + reason + "): give a path in a folder that you may write.",
        cause);
  }
}
