package io.rmm.cli.attach;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.LinkedHashSet;
import java.util.Set;

/**
 * The file by which the JDK asks a JVM to let itself be attached to, and that nobody else removes
 * if things go wrong: {@code .attach_pid} and the number, in the working directory of the target,
 * or in its folder for temporary files.
 *
 * <p>The JDK creates it, sends SIGQUIT, waits, and deletes it. It is left behind where this command
 * ends meanwhile, as by Ctrl-C, or gives up sooner than the JDK does; and where the target has a
 * file system of its own, since the JDK looks for it by a name that is not valid there. Whoever has
 * a stray one in a folder under version control wonders about it. So it is deleted when the attach
 * is over in whatever way, and when the JVM ends. Only a {@code kill -KILL} of this command leaves
 * one.
 */
final class TriggerFile implements AutoCloseable {

  private static final Path TEMPORARY = Path.of("/tmp");

  private final Set<Path> ours = new LinkedHashSet<>();
  private final Thread atExit = new Thread(this::delete, "rmm-attach-exit");

  /** To be made before the attach begins: a file that is there already is not ours. */
  TriggerFile(TargetProcess target) {
    String name = ".attach_pid" + target.numberInside();
    Path process = target.folder();
    addUnlessThere(process.resolve("cwd").resolve(name));
    addUnlessThere(process.resolve("root/tmp").resolve(name));
    addUnlessThere(TEMPORARY.resolve(name));
    try {
      // By its true name too: the other is gone with the process.
      addUnlessThere(process.resolve("cwd").toRealPath().resolve(name));
    } catch (IOException e) {
      // It may not be known to us.
    }
    Runtime.getRuntime().addShutdownHook(atExit);
  }

  private void addUnlessThere(Path file) {
    if (!Files.exists(file, LinkOption.NOFOLLOW_LINKS)) {
      ours.add(file);
    }
  }

  private void delete() {
    for (Path file : ours) {
      try {
        Files.deleteIfExists(file);
      } catch (IOException e) {
        // Not ours then, or the process has gone; the other names remain.
      }
    }
  }

  @Override
  public void close() {
    try {
      Runtime.getRuntime().removeShutdownHook(atExit);
    } catch (IllegalStateException e) {
      // The JVM is ending, and runs it at this moment.
    }
    delete();
  }
}
