package io.rmm.demo.redis;

import io.rmm.allocator.Block;
import io.rmm.demo.cache.Key;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * A request, complete or on its way in. Whoever has it closes it, which frees what no command took.
 */
final class Request implements AutoCloseable {

  /** How much of a command's name and arguments an error reply repeats, as Redis does. */
  static final int REPEATED_BYTES = 128;

  private final int expected;
  private final List<Argument> arguments;
  private @Nullable Command command;
  private @Nullable String refusal;

  /** Makes a request that will have {@code expected} arguments, the command's name included. */
  Request(int expected) {
    this.expected = expected;
    this.arguments = new ArrayList<>(Math.min(expected, 8));
  }

  /** Returns the number of arguments that are here, the command's name included. */
  int size() {
    return arguments.size();
  }

  boolean isComplete() {
    return arguments.size() == expected;
  }

  /** Adds an argument. The first one is the name, by which the command is found. */
  void add(Argument argument, CommandTable commands) {
    arguments.add(argument);
    if (arguments.size() > 1) {
      return;
    }
    command = commands.find(text(0));
    if (command != null && !command.accepts(expected)) {
      refuse("ERR wrong number of arguments for '%s' command".formatted(command.name()));
    }
  }

  /** Returns the command, or null before its name is here or if there is none of that name. */
  @Nullable Command command() {
    return command;
  }

  /** Settles that the answer is an error; the first one stays. Arguments to come are dropped. */
  void refuse(String error) {
    if (refusal == null) {
      refusal = error;
    }
  }

  boolean isRefused() {
    return refusal != null;
  }

  /**
   * Returns the command to run, now that the request is complete.
   *
   * @throws CommandException if it was refused, or there is no such command
   */
  Command runnable() throws CommandException {
    if (refusal != null) {
      throw new CommandException(refusal);
    }
    if (command == null) {
      throw new CommandException(unknownCommand());
    }
    return command;
  }

  /**
   * Tells whether this is a line of an HTTP request: then a page in somebody's browser tries to
   * have commands carried out, and the lines that follow must not be read as such. Redis hangs up
   * on the same two words.
   */
  boolean isHttp() {
    return command == null && (name().equals("post") || name().equals("host:"));
  }

  /** Returns the command's name as its author would write it. */
  String name() {
    return text(0).toLowerCase(Locale.ROOT);
  }

  byte[] bytes(int index) {
    return arguments.get(index).bytes();
  }

  Key key(int index) {
    return new Key(bytes(index));
  }

  /** Returns a word as text, each byte a character. */
  String text(int index) {
    return new String(bytes(index), StandardCharsets.ISO_8859_1);
  }

  /** Returns a word in upper case, to be compared with an option's name. */
  String option(int index) {
    return text(index).toUpperCase(Locale.ROOT);
  }

  /** Tells whether the subcommand is {@code name}, and there are {@code arguments} in all. */
  boolean asks(String name, int arguments) {
    return size() == arguments && option(1).equals(name);
  }

  /**
   * Returns a word as a number, in the one spelling that Redis accepts.
   *
   * @throws CommandException if it is none
   */
  long integer(int index) throws CommandException {
    return Integers.parse(bytes(index));
  }

  Block block(int index) {
    return arguments.get(index).block();
  }

  Block takeBlock(int index) {
    return arguments.get(index).takeBlock();
  }

  @Override
  public void close() {
    arguments.forEach(Argument::close);
  }

  private String unknownCommand() {
    StringBuilder beginnings = new StringBuilder();
    for (int i = 1; i < size() && beginnings.length() < REPEATED_BYTES; i++) {
      String word = text(i);
      int kept = Math.min(word.length(), REPEATED_BYTES - beginnings.length());
      beginnings.append('\'').append(word, 0, kept).append("' ");
    }
    return "ERR unknown command '%s', with args beginning with: %s".formatted(text(0), beginnings);
  }
}
