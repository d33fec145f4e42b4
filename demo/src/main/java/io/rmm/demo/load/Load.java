package io.rmm.demo.load;

import static java.lang.System.Logger.Level.WARNING;
import static java.util.concurrent.TimeUnit.MILLISECONDS;
import static java.util.concurrent.TimeUnit.SECONDS;

import io.rmm.allocator.Budget;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;

/** The built-in load: a client and a thread for each of four tenants, on databases 0 to 3. */
public final class Load implements AutoCloseable {

  /** What the tenants are called, in the order of their databases. */
  public static final List<String> TENANTS = List.of("steady", "payloads", "bursts", "faulty");

  private static final System.Logger LOG = System.getLogger(Load.class.getName());
  private static final int CLOSE_SECONDS = 5;

  private final List<LoadClient> clients = new ArrayList<>();
  private final ScheduledExecutorService threads =
      Executors.newScheduledThreadPool(
          TENANTS.size(), Thread.ofPlatform().daemon().name("rmm-load-", 0).factory());

  private Load() {}

  /**
   * Begins.
   *
   * @param server where the server listens
   * @param faulty the budget of database 3, in which faults are made
   * @param seed decides all keys, sizes and contents
   * @throws IOException if the server cannot be reached
   */
  public static Load start(InetSocketAddress server, Budget faulty, long seed) throws IOException {
    SplittableRandom random = new SplittableRandom(seed);
    PlantedFaults.collectOften();
    Load load = new Load();
    try {
      load.add(server, new SteadyLoad(random.split()));
      load.add(server, new PayloadLoad(random.split()));
      load.add(server, new BurstLoad(random.split()));
      load.add(server, new FaultyLoad(random.split(), faulty));
    } catch (IOException e) {
      load.close();
      throw e;
    }
    return load;
  }

  /** Stops, after the steps that are under way. */
  @Override
  public void close() {
    threads.shutdown();
    try {
      if (!threads.awaitTermination(CLOSE_SECONDS, SECONDS)) {
        threads.shutdownNow();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    clients.forEach(Load::close);
  }

  private void add(InetSocketAddress server, TenantLoad tenant) throws IOException {
    LoadClient client = new LoadClient(server, clients.size());
    clients.add(client);
    var _ =
        threads.scheduleAtFixedRate(
            () -> step(tenant, client), 0, tenant.periodMillis(), MILLISECONDS);
  }

  private static void step(TenantLoad tenant, LoadClient client) {
    try {
      tenant.step(client);
    } catch (IOException e) {
      // Without its connection the tenant cannot go on: an exception ends its schedule.
      LOG.log(WARNING, "{0} ends: {1}", tenant.getClass().getSimpleName(), e.getMessage());
      throw new IllegalStateException("the built-in load lost its connection", e);
    }
  }

  private static void close(LoadClient client) {
    try {
      client.close();
    } catch (IOException e) {
      LOG.log(WARNING, "closing a client of the built-in load failed: {0}", e.getMessage());
    }
  }
}
