package io.rmm.cli;

import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;

/**
 * Files that are whole or not there: written beside their targets under other names, and moved into
 * place when all of them are written. What is not moved is deleted, also when the JVM ends early.
 */
final class StagedFiles implements AutoCloseable {

  /** What goes into a file; may fail for reasons of its own. */
  interface Content<X extends Exception, Y extends Exception> {
    /** Writes it. */
    void writeTo(OutputStream out) throws IOException, X, Y;
  }

  private static final FileAttribute<?> OF_OWNER =
      PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------"));

  private final Map<Path, Path> stagedByTarget = new LinkedHashMap<>();
  private final boolean replaces;
  private final List<FileAttribute<?>> attributes;

  /** Makes a collection of files that anybody may read, and that take the place of others. */
  StagedFiles() {
    this(true, List.of());
  }

  private StagedFiles(boolean replaces, List<FileAttribute<?>> attributes) {
    this.replaces = replaces;
    this.attributes = attributes;
  }

  /**
   * Makes a collection of files that their owner alone may read, since they tell of the inside of a
   * program.
   *
   * @param replaces whether they take the place of files that are there
   */
  static StagedFiles forOwner(boolean replaces) {
    boolean posix = FileSystems.getDefault().supportedFileAttributeViews().contains("posix");
    return new StagedFiles(replaces, posix ? List.of(OF_OWNER) : List.of());
  }

  /** Writes a text under another name, as {@link #add(Path, Content)} does. */
  void add(Path target, String content) throws IOException {
    this.<RuntimeException, RuntimeException>add(
        target, out -> out.write(content.getBytes(StandardCharsets.UTF_8)));
  }

  /**
   * Writes a file under another name.
   *
   * @param target the path to be, relative to the working directory or absolute; a symbolic link is
   *     followed
   * @throws IOException if it cannot be written; the message says why
   */
  <X extends Exception, Y extends Exception> void add(Path target, Content<X, Y> content)
      throws IOException, X, Y {
    if (Files.exists(target) && !Files.isRegularFile(target)) {
      throw new IOException(target + " is there and not a plain file: give another path.");
    }
    if (!replaces && Files.exists(target)) {
      throw isThere(target);
    }
    Path real = Files.exists(target) ? target.toRealPath() : target.toAbsolutePath();
    Path staged = real.resolveSibling(".rmm-" + UUID.randomUUID());
    try {
      Files.createFile(staged, attributes.toArray(FileAttribute<?>[]::new));
      stagedByTarget.put(real, staged);
      staged.toFile().deleteOnExit();
      try (OutputStream out = new BufferedOutputStream(Files.newOutputStream(staged))) {
        content.writeTo(out);
      }
    } catch (IOException e) {
      throw unwritable(target, e);
    }
  }

  /** Moves all files into place. */
  void commit() throws IOException {
    for (Map.Entry<Path, Path> file : stagedByTarget.entrySet()) {
      try {
        if (replaces) {
          Files.move(file.getValue(), file.getKey(), StandardCopyOption.REPLACE_EXISTING);
        } else {
          Files.move(file.getValue(), file.getKey());
        }
      } catch (FileAlreadyExistsException e) {
        throw isThere(file.getKey());
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

  private static IOException isThere(Path target) {
    return new IOException(target + " is there already: give another path, or --force.");
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
