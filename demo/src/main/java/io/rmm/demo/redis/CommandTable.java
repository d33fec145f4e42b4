package io.rmm.demo.redis;

import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** All commands, by name. */
final class CommandTable {

  private final Map<String, Command> commands = new LinkedHashMap<>();

  /** Makes the table of the commands of a server. */
  CommandTable(ServerState server) {
    add(StringCommands.all());
    add(KeyCommands.all());
    add(ConnectionCommands.all());
    add(new ServerCommands(server).all());
    add(new CommandCommand(this).all());
  }

  /** Returns the command of that name, however its letters are written, or null. */
  @Nullable Command find(String name) {
    return commands.get(name.toLowerCase(Locale.ROOT));
  }

  Collection<Command> all() {
    return commands.values();
  }

  private void add(List<Command> group) {
    group.forEach(command -> commands.put(command.name(), command));
  }
}
