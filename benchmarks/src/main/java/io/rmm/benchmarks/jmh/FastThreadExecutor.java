package io.rmm.benchmarks.jmh;

import io.netty.util.concurrent.DefaultThreadFactory;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/** Runs JMH's workers on Netty's threads, where Netty's allocators need no lock. */
public final class FastThreadExecutor extends ThreadPoolExecutor {

  /** Called by JMH. */
  public FastThreadExecutor(int threads, String prefix) {
    super(
        threads,
        threads,
        0,
        TimeUnit.SECONDS,
        new LinkedBlockingQueue<>(),
        new DefaultThreadFactory(prefix));
  }
}
