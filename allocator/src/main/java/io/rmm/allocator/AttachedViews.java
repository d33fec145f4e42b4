package io.rmm.allocator;

import io.rmm.allocator.log.Log;
import io.rmm.allocator.observe.Listeners;
import java.util.ArrayList;
import java.util.List;
import java.util.ServiceConfigurationError;
import java.util.ServiceLoader;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The views of one manager, from its start to its close.
 *
 * <p>Those that were handed to the builder are attached before it returns. Those that are
 * registered as services are found and attached by a thread of their own, because the JDK loads
 * some 500 classes for Flight Recorder and JMX, which takes 250 ms, and the first block should not
 * wait for them. It is one thread for all managers, which get their views in the order in which
 * they were built; it ends when it has had nothing to do for a second. Whoever needs these views
 * does what is still to be done, or waits: so a manager that is closed early has told its views all
 * there was to tell, and leaves nothing of them behind.
 *
 * <p>What happens until then is kept, and told to each listener of these views when it is added;
 * see {@link Listeners#keep}.
 */
final class AttachedViews {

  private static final ThreadPoolExecutor ATTACHER = newAttacher();

  private final MemoryManager manager;
  private final boolean discover;
  private final Listeners listeners;
  private final FutureTask<?> services;
  private final List<AutoCloseable> attached = new ArrayList<>();

  /** The thread that is attaching the services. */
  private volatile @Nullable Thread attaching;

  /**
   * Makes the views of {@code manager}, with none attached.
   *
   * @param discover whether those registered as services belong to them
   */
  AttachedViews(MemoryManager manager, Listeners listeners, boolean discover) {
    this.manager = manager;
    this.listeners = listeners;
    this.discover = discover;
    if (discover) {
      // That of the thread that builds the manager, as if it looked for the views itself.
      ClassLoader loader = Thread.currentThread().getContextClassLoader();
      this.services = new FutureTask<>(() -> attachServices(loader), null);
      listeners.keep();
    } else {
      this.services = new FutureTask<>(() -> {}, null);
    }
  }

  /** Attaches {@code given} now, and the services soon. */
  void attach(List<MemoryView> given) {
    given.forEach(view -> attach(view.getClass().getName(), () -> view));
    if (discover) {
      ATTACHER.execute(services);
    }
  }

  private void attachServices(@Nullable ClassLoader loader) {
    Thread thread = Thread.currentThread();
    ClassLoader ownLoader = thread.getContextClassLoader();
    attaching = thread;
    thread.setContextClassLoader(loader);
    try {
      ServiceLoader.load(MemoryView.class, loader).stream()
          .forEach(provider -> attach(provider.type().getName(), provider));
    } catch (Throwable e) {
      // Nobody would hear of it, and the manager works without.
      Log.logger()
          .log(
              System.Logger.Level.WARNING,
              "memory manager " + manager.name() + " cannot find views",
              e);
    } finally {
      thread.setContextClassLoader(ownLoader);
      attaching = null;
      listeners.forgetKept();
    }
  }

  private void attach(String viewName, Supplier<MemoryView> view) {
    try {
      attached.add(view.get().attach(manager));
    } catch (Exception | LinkageError | ServiceConfigurationError e) {
      Log.logger()
          .log(
              System.Logger.Level.WARNING,
              "memory manager " + manager.name() + " goes without view " + viewName,
              e);
    }
  }

  /** Tells whether the calling thread is attaching the services. */
  boolean isAttaching() {
    return Thread.currentThread() == attaching;
  }

  /**
   * Attaches the services, or waits until another thread has. Does neither for a view that asks
   * while it is being attached. An interrupt is kept for later.
   */
  void await() {
    if (isAttaching()) {
      return;
    }
    services.run();
    boolean interrupted = false;
    while (true) {
      try {
        services.get();
        break;
      } catch (InterruptedException e) {
        interrupted = true;
      } catch (ExecutionException e) {
        throw new AssertionError("attaching the services catches everything", e);
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  /** Closes the views, after {@link #await}. */
  void close() {
    for (AutoCloseable view : attached) {
      try {
        view.close();
      } catch (Exception | LinkageError e) {
        Log.logger()
            .log(
                System.Logger.Level.WARNING,
                "a view of memory manager " + manager.name() + " failed",
                e);
      }
    }
  }

  private static ThreadPoolExecutor newAttacher() {
    ThreadPoolExecutor attacher =
        new ThreadPoolExecutor(
            1,
            1,
            1,
            TimeUnit.SECONDS,
            new LinkedBlockingQueue<>(),
            Thread.ofPlatform()
                .daemon()
                .name("rmm-views")
                .inheritInheritableThreadLocals(false)
                .factory());
    attacher.allowCoreThreadTimeOut(true);
    return attacher;
  }
}
