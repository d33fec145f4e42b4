package io.rmm.demo.redis;

import io.rmm.demo.redis.Command.Keys;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.regex.Pattern;

/** Commands on the server and its databases. */
final class ServerCommands {

  private final ServerState server;

  ServerCommands(ServerState server) {
    this.server = server;
  }

  List<Command> all() {
    return List.of(
        command("dbsize", 1, "Counts the keys of the database.", ServerCommands::dbsize),
        command("flushdb", -1, "Empties the database.", ServerCommands::flushdb),
        command("flushall", -1, "Empties all databases.", this::flushall),
        command("info", -1, "Tells about the server, section by section.", this::info),
        command("config", -2, "Tells the settings in force.", this::config));
  }

  private static Command command(String name, int arity, String summary, Command.Action action) {
    return new Command(name, arity, Keys.NONE, 0, "server", summary, action);
  }

  private static void dbsize(Request request, Session session, ReplyWriter reply) {
    reply.integer(session.database().size());
  }

  private static void flushdb(Request request, Session session, ReplyWriter reply)
      throws CommandException {
    checkFlushOption(request);
    session.database().clear();
    reply.ok();
  }

  private void flushall(Request request, Session session, ReplyWriter reply)
      throws CommandException {
    checkFlushOption(request);
    server.cache().clear();
    reply.ok();
  }

  /** Both options are understood and make no difference: memory is free when the reply is sent. */
  private static void checkFlushOption(Request request) throws CommandException {
    boolean understood = request.size() == 1 || request.asks("ASYNC", 2) || request.asks("SYNC", 2);
    if (!understood) {
      throw CommandException.syntaxError();
    }
  }

  private void info(Request request, Session session, ReplyWriter reply) {
    InfoReport report = new InfoReport(server);
    if (request.size() == 1) {
      reply.bulk(report.all());
      return;
    }
    StringBuilder sections = new StringBuilder();
    for (int i = 1; i < request.size(); i++) {
      sections.append(report.section(request.text(i).toLowerCase(Locale.ROOT)));
    }
    reply.bulk(sections.toString());
  }

  private void config(Request request, Session session, ReplyWriter reply) throws CommandException {
    if (!request.option(1).equals("GET") || request.size() < 3) {
      throw CommandException.unknownSubcommand(request);
    }
    SortedMap<String, String> found = new TreeMap<>(settings());
    found.keySet().removeIf(name -> !matchesAny(name, request));
    reply.array(2 * found.size());
    found.forEach(
        (name, value) -> {
          reply.bulk(name);
          reply.bulk(value);
        });
  }

  private static boolean matchesAny(String name, Request request) {
    for (int i = 2; i < request.size(); i++) {
      if (glob(request.text(i)).matcher(name).matches()) {
        return true;
      }
    }
    return false;
  }

  /** Translates a pattern of {@code *} and {@code ?}, all that the names of settings call for. */
  private static Pattern glob(String pattern) {
    String quoted = Pattern.quote(pattern).replace("*", "\\E.*\\Q").replace("?", "\\E.\\Q");
    return Pattern.compile(quoted, Pattern.CASE_INSENSITIVE);
  }

  private Map<String, String> settings() {
    return Map.of(
        "appendonly",
        "no",
        "bind",
        RedisServer.ADDRESS,
        "databases",
        Integer.toString(server.cache().databases().size()),
        "maxmemory",
        Long.toString(server.maxMemory()),
        "maxmemory-policy",
        InfoReport.EVICTION_POLICY,
        "port",
        Integer.toString(server.port()),
        "proto-max-bulk-len",
        Integer.toString(StringCommands.LONGEST_VALUE),
        "save",
        "",
        "timeout",
        "0");
  }
}
