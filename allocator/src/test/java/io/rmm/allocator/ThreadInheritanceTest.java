package io.rmm.allocator;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.URL;
import java.net.URLClassLoader;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/**
 * The kernel's threads outlive those that start them, and keep nothing of theirs: a context class
 * loader or an inheritable thread local would keep all classes of a program that has long ended.
 *
 * <p>In a process of its own, in which nobody has started any of them before.
 */
class ThreadInheritanceTest {

  @Test
  void nothingIsInheritedAndNothingStartedInVain() throws Exception {
    ChildJvm.Result result = ChildJvm.run(Program.class, List.of("-Xmx64m"));
    assertThat(result.exitCode()).as(result.output()).isZero();
    assertThat(result.output()).contains("nothing inherited");
  }

  /** What the child does. */
  static final class Program {

    private static final InheritableThreadLocal<String> LOCAL = new InheritableThreadLocal<>();

    private Program() {}

    /** Looks at the thread that tells of the clock's news, and through it at what it inherits. */
    private static final class Look implements MemoryListener {
      volatile Thread teller;
      volatile ClassLoader loader;
      volatile String local = "none";

      @Override
      public void onChunk(ChunkEvent event) {
        loader = Thread.currentThread().getContextClassLoader();
        local = String.valueOf(LOCAL.get());
        teller = Thread.currentThread();
      }
    }

    @SuppressWarnings("SystemOut")
    public static void main(String[] args) throws IOException {
      ClassLoader system = ClassLoader.getSystemClassLoader();
      LOCAL.set("inherited");
      Look look = new Look();
      try (URLClassLoader application = new URLClassLoader(new URL[0], system)) {
        Thread.currentThread().setContextClassLoader(application);
        try (MemoryManager manager =
            MemoryManager.builder().name("first").discoverViews(false).build()) {
          manager.addListener(look);
          manager.allocate(5 << 20).close();
          while (look.teller == null) {
            Thread.onSpinWait();
          }
          Map<Thread, StackTraceElement[]> all = Thread.getAllStackTraces();
          assertThat(all.keySet()).extracting(Thread::getName).contains("rmm-clock");
          // There are no services to look for.
          assertThat(all.keySet()).extracting(Thread::getName).doesNotContain("rmm-views");
          for (Thread thread : all.keySet()) {
            if (thread.getName().startsWith("rmm-")) {
              assertThat(thread.getContextClassLoader()).as(thread.getName()).isSameAs(system);
            }
          }
          assertThat(look.teller.getName()).isEqualTo("rmm-news");
          assertThat(look.loader).isSameAs(system);
          assertThat(look.local).isEqualTo("null");
        }
      }
      System.out.println("nothing inherited");
    }
  }
}
