package io.rmm.allocator;

import java.util.ArrayList;
import java.util.List;
import java.util.ServiceConfigurationError;
import java.util.ServiceLoader;
import java.util.function.Supplier;

/**
 * The views that a manager has. One that fails to attach is left out, and one that fails to close
 * is left alone, each with a line in the log: no view takes the manager along.
 */
final class AttachedViews {

  private static final System.Logger LOG = System.getLogger("io.rmm");

  private final MemorySource source;
  private final List<AutoCloseable> views = new ArrayList<>();

  AttachedViews(MemorySource source) {
    this.source = source;
  }

  void attach(MemoryView view) {
    attach(view.getClass().getName(), () -> view);
  }

  /** Attaches the views that are registered as services. */
  void attachServices() {
    try {
      ServiceLoader.load(MemoryView.class).stream()
          .forEach(provider -> attach(provider.type().getName(), provider));
    } catch (ServiceConfigurationError | LinkageError e) {
      LOG.log(
          System.Logger.Level.WARNING, "memory manager " + source.name() + " cannot find views", e);
    }
  }

  private void attach(String viewName, Supplier<MemoryView> view) {
    try {
      views.add(view.get().attach(source));
    } catch (Exception | LinkageError | ServiceConfigurationError e) {
      LOG.log(
          System.Logger.Level.WARNING,
          "memory manager " + source.name() + " goes without view " + viewName,
          e);
    }
  }

  void close() {
    for (AutoCloseable view : views) {
      try {
        view.close();
      } catch (Exception | LinkageError e) {
        LOG.log(
            System.Logger.Level.WARNING,
            "a view of memory manager " + source.name() + " failed",
            e);
      }
    }
  }
}
