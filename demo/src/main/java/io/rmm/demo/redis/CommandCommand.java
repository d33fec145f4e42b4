package io.rmm.demo.redis;

import io.rmm.demo.redis.Command.Keys;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The command that tells about commands, which clients ask when they connect. */
final class CommandCommand {

  private final CommandTable commands;

  CommandCommand(CommandTable commands) {
    this.commands = commands;
  }

  List<Command> all() {
    return List.of(
        new Command("command", -1, Keys.NONE, 0, "server", "Tells about commands.", this::command));
  }

  private void command(Request request, Session session, ReplyWriter reply)
      throws CommandException {
    if (request.size() == 1 || request.asks("INFO", 2)) {
      details(reply, commands.all());
    } else if (request.option(1).equals("INFO")) {
      details(reply, named(request));
    } else if (request.asks("COUNT", 2)) {
      reply.integer(commands.all().size());
    } else if (request.asks("LIST", 2)) {
      reply.array(commands.all().size());
      commands.all().forEach(command -> reply.bulk(command.name()));
    } else if (request.asks("DOCS", 2)) {
      docs(reply, commands.all());
    } else if (request.option(1).equals("DOCS")) {
      docs(reply, known(named(request)));
    } else {
      throw CommandException.unknownSubcommand(request);
    }
  }

  private List<@Nullable Command> named(Request request) {
    List<@Nullable Command> named = new ArrayList<>();
    for (int i = 2; i < request.size(); i++) {
      named.add(commands.find(request.text(i)));
    }
    return named;
  }

  private static List<Command> known(List<@Nullable Command> named) {
    List<Command> known = new ArrayList<>();
    for (Command command : named) {
      if (command != null) {
        known.add(command);
      }
    }
    return known;
  }

  private static void details(ReplyWriter reply, Collection<? extends @Nullable Command> shown) {
    reply.array(shown.size());
    for (Command command : shown) {
      if (command == null) {
        reply.array(-1);
        continue;
      }
      reply.array(6);
      reply.bulk(command.name());
      reply.integer(command.arity());
      reply.array(0); // flags
      reply.integer(command.keys().first());
      reply.integer(command.keys().last());
      reply.integer(command.keys().step());
    }
  }

  private static void docs(ReplyWriter reply, Collection<Command> shown) {
    reply.array(2 * shown.size());
    for (Command command : shown) {
      reply.bulk(command.name());
      reply.array(6);
      reply.bulk("summary");
      reply.bulk(command.summary());
      reply.bulk("since");
      reply.bulk(ServerState.REDIS_VERSION); // at the latest
      reply.bulk("group");
      reply.bulk(command.group());
    }
  }
}
