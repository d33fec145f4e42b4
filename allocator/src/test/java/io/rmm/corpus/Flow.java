package io.rmm.corpus;

import java.util.ArrayDeque;
import java.util.HashMap;
import java.util.Map;
import java.util.Queue;

/** The ways that memory takes through a program, from its source to its sink. */
enum Flow {
  /** One statement after the other. */
  STRAIGHT {
    @Override
    void run(Source source, Sink sink) throws Throwable {
      sink.accept(source.get());
    }
  },

  /** Handed on as an argument, from method to method. */
  METHOD {
    @Override
    void run(Source source, Sink sink) throws Throwable {
      further(source.get(), sink);
    }

    private static void further(Carried carried, Sink sink) throws Throwable {
      furthest(carried, sink);
    }

    private static void furthest(Carried carried, Sink sink) throws Throwable {
      sink.accept(carried);
    }
  },

  /** Kept in a field of an object of another class. */
  CLASS {
    @Override
    void run(Source source, Sink sink) throws Throwable {
      Owner owner = new Owner();
      owner.kept = source.get();
      owner.use(sink);
    }
  },

  /** Put into collections, and found again. */
  COLLECTION {
    @Override
    void run(Source source, Sink sink) throws Throwable {
      Map<String, Queue<Carried>> queues = new HashMap<>();
      queues.computeIfAbsent("mine", _ -> new ArrayDeque<>()).add(source.get());
      for (Carried carried : queues.get("mine")) {
        sink.accept(carried);
      }
    }
  },

  /** Used by another thread than the one that allocated it. */
  THREAD {
    @Override
    void run(Source source, Sink sink) throws Throwable {
      Carried carried = source.get();
      inAnotherThread(() -> sink.accept(carried));
    }
  },

  /** Used by the handler of an exception that was thrown after it had been allocated. */
  EXCEPTION {
    @Override
    void run(Source source, Sink sink) throws Throwable {
      Carried carried = null;
      try {
        carried = source.get();
        throw new InterruptedWork();
      } catch (InterruptedWork e) {
        sink.accept(carried);
      }
    }
  };

  /** Allocates. */
  interface Source {
    Carried get() throws Throwable;
  }

  /** Uses, rightly or wrongly, and frees. */
  interface Sink {
    void accept(Carried carried) throws Throwable;
  }

  /** What a thread does. */
  interface Part {
    void run() throws Throwable;
  }

  private static final class Owner {
    private Carried kept;

    void use(Sink sink) throws Throwable {
      sink.accept(kept);
    }
  }

  private static final class InterruptedWork extends Exception {
    private static final long serialVersionUID = 1L;
  }

  abstract void run(Source source, Sink sink) throws Throwable;

  static void inAnotherThread(Part part) throws Throwable {
    Throwable[] thrown = new Throwable[1];
    Thread thread =
        Thread.ofPlatform()
            .start(
                () -> {
                  try {
                    part.run();
                  } catch (Throwable e) {
                    thrown[0] = e;
                  }
                });
    thread.join();
    if (thrown[0] != null) {
      throw thrown[0];
    }
  }
}
