package io.rmm.jmx.programs;

import io.rmm.allocator.Block;
import io.rmm.allocator.MemoryManager;
import java.io.File;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.net.MalformedURLException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Path;
import java.util.Arrays;

/**
 * Holds memory of two managers of one name, of two class loaders; and an arena. Prints the ledger.
 * Its argument is the page source of the other class loader.
 */
public final class LoadersProgram {

  private static final int MIB = 1 << 20;

  /** Bytes of a block of this class loader's manager, all of which are touched. */
  public static final long OWN = 16L * MIB;

  /** Bytes of a block of the other one's manager, all of which are touched. */
  public static final long FOREIGN = 48L * MIB;

  private LoadersProgram() {}

  /** Runs in a JVM of its own. */
  public static void main(String[] arguments) throws Exception {
    URL[] classPath =
        Arrays.stream(System.getProperty("java.class.path").split(File.pathSeparator))
            .map(LoadersProgram::url)
            .toArray(URL[]::new);
    try (URLClassLoader other =
            new URLClassLoader(classPath, ClassLoader.getPlatformClassLoader());
        // So that the ledger is this class loader's.
        MemoryManager first = MemoryManager.builder().name("first").build();
        // Before the one of its name here, so that its name has no number.
        AutoCloseable foreign = hold(other, arguments[0], FOREIGN);
        AutoCloseable own = hold(LoadersProgram.class.getClassLoader(), "linux", OWN);
        Arena arena = Arena.ofShared()) {
      MemorySegment segment = arena.allocate(HoldingProgram.ARENA);
      LedgerPrinter ledger = new LedgerPrinter();
      ledger.awaitSample();
      ledger.print();
      System.out.println("held=" + first + foreign + own + segment.byteSize());
    }
  }

  private static URL url(String path) {
    try {
      return Path.of(path).toUri().toURL();
    } catch (MalformedURLException e) {
      throw new IllegalArgumentException(path, e);
    }
  }

  private static AutoCloseable hold(ClassLoader loader, String pageSource, long bytes)
      throws Exception {
    Thread thread = Thread.currentThread();
    ClassLoader before = thread.getContextClassLoader();
    thread.setContextClassLoader(loader); // where views are looked for
    try {
      return (AutoCloseable)
          loader
              .loadClass(Holder.class.getName())
              .getMethod("hold", String.class, long.class)
              .invoke(null, pageSource, bytes);
    } finally {
      thread.setContextClassLoader(before);
    }
  }

  /** What holds the memory, once in each class loader. */
  public static final class Holder {

    private Holder() {}

    /** Holds memory until what is returned is closed. */
    public static AutoCloseable hold(String pageSource, long bytes) {
      MemoryManager manager = MemoryManager.builder().name("rmm-1").pageSource(pageSource).build();
      Block block = manager.allocate(bytes);
      block.segment().fill((byte) 1);
      manager.awaitViews();
      return () -> {
        block.close();
        manager.close();
      };
    }
  }
}
