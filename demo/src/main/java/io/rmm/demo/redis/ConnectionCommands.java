package io.rmm.demo.redis;

import io.rmm.demo.cache.Value;
import io.rmm.demo.redis.Command.Keys;
import java.util.List;

/** Commands on the connection itself. */
final class ConnectionCommands {

  /** The only version of the protocol spoken here. */
  private static final int PROTOCOL = 2;

  private ConnectionCommands() {}

  static List<Command> all() {
    return List.of(
        command("ping", -1, 1, "Returns PONG, or what it was given.", ConnectionCommands::ping),
        command("echo", 2, 1, "Returns what it was given.", ConnectionCommands::echo),
        command("select", 2, 0, "Changes the database.", ConnectionCommands::select),
        command(
            "client", -2, 0, "Names the connection, or tells its id.", ConnectionCommands::client),
        command("hello", -1, 0, "Agrees on the protocol.", ConnectionCommands::hello),
        command("quit", -1, 0, "Ends the connection.", ConnectionCommands::quit));
  }

  private static Command command(
      String name, int arity, int value, String summary, Command.Action action) {
    return new Command(name, arity, Keys.NONE, value, "connection", summary, action);
  }

  private static void ping(Request request, Session session, ReplyWriter reply)
      throws CommandException {
    switch (request.size()) {
      case 1 -> reply.simple("PONG");
      case 2 -> echo(request, session, reply);
      default -> throw new CommandException("ERR wrong number of arguments for 'ping' command");
    }
  }

  /** What is sent back may be as large as a value, and is kept as one. */
  private static void echo(Request request, Session session, ReplyWriter reply) {
    reply.bulk(new Value(request.takeBlock(1)));
  }

  private static void select(Request request, Session session, ReplyWriter reply)
      throws CommandException {
    session.select(request.integer(1));
    reply.ok();
  }

  private static void client(Request request, Session session, ReplyWriter reply)
      throws CommandException {
    if (request.asks("ID", 2)) {
      reply.integer(session.id());
    } else if (request.asks("SETNAME", 3)) {
      session.setClientName(clientName(request.text(2)));
      reply.ok();
    } else if (request.asks("GETNAME", 2) && session.clientName().isEmpty()) {
      reply.nil();
    } else if (request.asks("GETNAME", 2)) {
      reply.bulk(session.clientName());
    } else if (request.asks("SETINFO", 4)) {
      reply.ok(); // libraries tell their names; nothing here would show them
    } else {
      throw CommandException.unknownSubcommand(request);
    }
  }

  private static String clientName(String name) throws CommandException {
    if (!name.chars().allMatch(character -> character > ' ' && character <= '~')) {
      throw new CommandException(
          "ERR Client names cannot contain spaces, newlines or special characters.");
    }
    return name;
  }

  private static void hello(Request request, Session session, ReplyWriter reply)
      throws CommandException {
    if (request.size() > 1 && request.integer(1) != PROTOCOL) {
      throw new CommandException("NOPROTO unsupported protocol version");
    }
    for (int i = 2; i < request.size(); i += 2) {
      if (!request.option(i).equals("SETNAME") || i + 1 == request.size()) {
        throw new CommandException(
            "ERR Syntax error in HELLO option '%s'".formatted(request.text(i)));
      }
      session.setClientName(clientName(request.text(i + 1)));
    }
    reply.array(14);
    reply.bulk("server");
    reply.bulk("redis");
    reply.bulk("version");
    reply.bulk(ServerState.REDIS_VERSION);
    reply.bulk("proto");
    reply.integer(PROTOCOL);
    reply.bulk("id");
    reply.integer(session.id());
    reply.bulk("mode");
    reply.bulk("standalone");
    reply.bulk("role");
    reply.bulk("master");
    reply.bulk("modules");
    reply.array(0);
  }

  private static void quit(Request request, Session session, ReplyWriter reply) {
    reply.ok();
    session.end();
  }
}
