package io.rmm.demo.redis;

/** A command cannot be carried out; the message is the error reply, its code word first. */
final class CommandException extends Exception {

  private static final long serialVersionUID = 1L;

  CommandException(String message) {
    super(message, null, false, false); // an answer to a client, not a fault of ours: no stack
  }

  static CommandException syntaxError() {
    return new CommandException("ERR syntax error");
  }

  /** For what {@code request} asks of a command that has subcommands. */
  static CommandException unknownSubcommand(Request request) {
    return new CommandException(
        "ERR unknown subcommand or wrong number of arguments for '%s'. Try %s HELP."
            .formatted(request.text(1), request.option(0)));
  }
}
