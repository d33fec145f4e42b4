package io.rmm.demo.redis;

import io.rmm.demo.cache.CacheFullException;

/**
 * A command.
 *
 * @param name its name, in lower case
 * @param arity how many arguments it takes, its name included; if negative, at least so many
 * @param keys which of its arguments are keys
 * @param value which of its arguments is a value to be stored in a block, 0 if none; where keys
 *     come in pairs, each pair's second argument is one, and this is 2
 * @param group the kind of command, as {@code COMMAND DOCS} names it
 * @param summary what it does, in one line
 * @param action what to do
 */
record Command(
    String name, int arity, Keys keys, int value, String group, String summary, Action action) {

  /** Carries out a request of the right number of arguments. */
  @FunctionalInterface
  interface Action {
    /**
     * Writes exactly one reply, or throws before it has written anything.
     *
     * @throws CommandException what is wrong with the request
     * @throws CacheFullException if there is no room for a value
     */
    void run(Request request, Session session, ReplyWriter reply)
        throws CommandException, CacheFullException;
  }

  /** Where the keys stand among the arguments, as {@code COMMAND} tells clients. */
  enum Keys {
    /** There are none. */
    NONE(0, 0, 0),
    /** The first argument after the name. */
    FIRST(1, 1, 1),
    /** All arguments after the name. */
    ALL(1, -1, 1),
    /** Every other argument after the name, each followed by its value. */
    PAIRS(1, -1, 2);

    private final int first;
    private final int last;
    private final int step;

    Keys(int first, int last, int step) {
      this.first = first;
      this.last = last;
      this.step = step;
    }

    int first() {
      return first;
    }

    int last() {
      return last;
    }

    int step() {
      return step;
    }
  }

  boolean accepts(int arguments) {
    return arity < 0 ? arguments >= -arity : arguments == arity;
  }

  boolean takesValueAt(int index) {
    return keys == Keys.PAIRS ? index > 0 && index % 2 == 0 : value != 0 && index == value;
  }
}
