package io.rmm.demo.redis;

import io.rmm.allocator.MemorySnapshot;
import io.rmm.demo.cache.Cache;
import io.rmm.demo.cache.Database;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.function.ToLongFunction;

/**
 * The text of INFO: the memory manager's ladder under the names that Redis tools look for.
 *
 * <p>Redis tells the allocator's three rungs apart from its own figure; here they are the same
 * numbers that every other view of the manager shows. Ratios are those of Redis: what is backed by
 * memory for each byte in use.
 */
final class InfoReport {

  /** The eviction policy, as Redis calls it. */
  static final String EVICTION_POLICY = "allkeys-lru";

  private final ServerState server;
  private final Cache cache;
  private final MemorySnapshot snapshot;

  InfoReport(ServerState server) {
    this.server = server;
    this.cache = server.cache();
    this.snapshot = server.memory().snapshot();
  }

  /** Returns all sections. */
  String all() {
    return section("server")
        + section("clients")
        + section("memory")
        + section("stats")
        + section("keyspace");
  }

  /** Returns one section, or nothing if there is none of that name. */
  String section(String name) {
    return switch (name) {
      case "server" -> text("Server", serverFields());
      case "clients" -> text("Clients", Map.of("connected_clients", server.clients()));
      case "memory" -> text("Memory", memoryFields());
      case "stats" -> text("Stats", statsFields());
      case "keyspace" -> text("Keyspace", keyspaceFields());
      case "all", "default", "everything" -> all();
      default -> "";
    };
  }

  private Map<String, Object> serverFields() {
    Map<String, Object> fields = new LinkedHashMap<>();
    fields.put("redis_version", ServerState.REDIS_VERSION);
    fields.put("redis_mode", "standalone");
    fields.put("process_id", ProcessHandle.current().pid());
    fields.put("tcp_port", server.port());
    fields.put("uptime_in_seconds", server.uptimeSeconds());
    return fields;
  }

  private Map<String, Object> memoryFields() {
    long used = snapshot.usedBytes();
    long committed = snapshot.committedBytes();
    Map<String, Object> fields = new LinkedHashMap<>();
    putBytes(fields, "used_memory", used);
    putBytes(fields, "used_memory_rss", committed);
    putBytes(fields, "used_memory_peak", snapshot.peakUsedBytes());
    fields.put("used_memory_dataset", snapshot.requestedBytes());
    fields.put("used_memory_overhead", cache.indexBytes());
    fields.put("allocator_allocated", used);
    fields.put("allocator_active", snapshot.activeBytes());
    fields.put("allocator_resident", committed);
    putBytes(fields, "maxmemory", server.maxMemory());
    fields.put("maxmemory_policy", EVICTION_POLICY);
    fields.put("allocator_frag_ratio", ratio(snapshot.activeBytes(), used));
    fields.put("allocator_rss_ratio", ratio(committed, snapshot.activeBytes()));
    fields.put("mem_fragmentation_ratio", ratio(committed, used));
    fields.put("mem_fragmentation_bytes", committed - used);
    fields.put("mem_allocator", "rmm");
    fields.put("rmm_live_blocks", snapshot.liveBlocks());
    fields.put("rmm_rejections", snapshot.rejections());
    fields.put("rmm_misuses", snapshot.misuses());
    for (Database database : cache.databases()) {
      long held = database.budget().usedBytes();
      if (held > 0 || database.size() > 0) {
        fields.put("rmm_used_memory_db" + database.index(), held);
        fields.put("rmm_maxmemory_db" + database.index(), database.budget().limits().hard());
      }
    }
    return fields;
  }

  private Map<String, Object> statsFields() {
    Map<String, Object> fields = new LinkedHashMap<>();
    fields.put("total_connections_received", server.connections());
    fields.put("total_commands_processed", sum(database -> database.counters().commands()));
    fields.put("expired_keys", sum(database -> database.counters().expired()));
    fields.put("evicted_keys", sum(database -> database.counters().evicted()));
    fields.put("keyspace_hits", sum(database -> database.counters().hits()));
    fields.put("keyspace_misses", sum(database -> database.counters().misses()));
    return fields;
  }

  private Map<String, Object> keyspaceFields() {
    Map<String, Object> fields = new LinkedHashMap<>();
    for (Database database : cache.databases()) {
      if (database.size() > 0) {
        fields.put(
            "db" + database.index(),
            "keys=%d,expires=%d,avg_ttl=0".formatted(database.size(), database.expiring()));
      }
    }
    return fields;
  }

  private long sum(ToLongFunction<Database> figure) {
    Collection<Database> databases = cache.databases();
    return databases.stream().mapToLong(figure).sum();
  }

  private static void putBytes(Map<String, Object> fields, String name, long bytes) {
    fields.put(name, bytes);
    fields.put(name + "_human", human(bytes));
  }

  private static String text(String title, Map<String, ?> fields) {
    StringBuilder text = new StringBuilder("# ").append(title).append("\r\n");
    fields.forEach((name, value) -> text.append(name).append(':').append(value).append("\r\n"));
    return text.append("\r\n").toString();
  }

  private static String ratio(long part, long whole) {
    return String.format(Locale.ROOT, "%.2f", whole == 0 ? 1.0 : (double) part / whole);
  }

  /** Spells bytes as Redis does, for example {@code 1.50M}. */
  private static String human(long bytes) {
    if (bytes < 1 << 10) {
      return bytes + "B";
    }
    String units = "KMGTPE";
    int unit = (63 - Long.numberOfLeadingZeros(bytes)) / 10 - 1;
    double scaled = (double) bytes / (1L << (10 * (unit + 1)));
    return String.format(Locale.ROOT, "%.2f%c", scaled, units.charAt(unit));
  }
}
