package io.rmm.allocator;

import io.rmm.allocator.heap.ChunkEvents;
import io.rmm.allocator.log.Log;
import io.rmm.allocator.observe.News;
import org.jspecify.annotations.Nullable;

/** Passes on what the pool of chunks did: to listeners, and its first failure to the log. */
final class ChunkNews implements ChunkEvents {

  private final String managerName;
  private final News news;

  /** The first failure to give memory back. */
  private volatile @Nullable RuntimeException returnFailure;

  private boolean returnFailureLogged;

  ChunkNews(String managerName, News news) {
    this.managerName = managerName;
    this.news = news;
  }

  @Override
  public void add(ChunkEvent event) {
    news.add(listener -> listener.onChunk(event));
  }

  @Override
  public void failed(RuntimeException cause) {
    // Not logged here: a log handler may do anything, and this is under the pool's lock.
    if (returnFailure == null) {
      returnFailure = cause;
    }
  }

  /** Logs the first failure to give memory back, once there was one. Not to be called in a lock. */
  void logReturnFailure() {
    RuntimeException failure = returnFailure;
    if (failure != null && !returnFailureLogged) {
      returnFailureLogged = true;
      Log.logger()
          .log(
              System.Logger.Level.WARNING,
              "memory manager {0} could not give memory back, and will try again: {1}",
              managerName,
              failure.getMessage());
    }
  }
}
