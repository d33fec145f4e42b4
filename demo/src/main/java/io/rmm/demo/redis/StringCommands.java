package io.rmm.demo.redis;

import io.rmm.allocator.Block;
import io.rmm.demo.cache.CacheFullException;
import io.rmm.demo.cache.Database;
import io.rmm.demo.cache.Entry;
import io.rmm.demo.cache.Key;
import io.rmm.demo.cache.Value;
import io.rmm.demo.redis.Command.Keys;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Commands on values.
 *
 * <p>Those that make a new value of the old one look at the entry, make the new value beside it,
 * and put it in the entry's place if that is still there; otherwise they begin again.
 */
final class StringCommands {

  /** The longest value, {@code proto-max-bulk-len} of Redis. */
  static final int LONGEST_VALUE = 512 << 20;

  private StringCommands() {}

  static List<Command> all() {
    return List.of(
        command("get", 2, Keys.FIRST, 0, "Returns the value of a key.", StringCommands::get),
        command("mget", -2, Keys.ALL, 0, "Returns the values of keys.", StringCommands::mget),
        command("set", -3, Keys.FIRST, 2, "Sets the value of a key.", StringCommands::set),
        command(
            "setex",
            4,
            Keys.FIRST,
            3,
            "Sets the value of a key, and its expiry in seconds.",
            (request, session, reply) -> setWithExpiry(request, session, reply, TimeUnit.SECONDS)),
        command(
            "psetex",
            4,
            Keys.FIRST,
            3,
            "Sets the value of a key, and its expiry in milliseconds.",
            (request, session, reply) ->
                setWithExpiry(request, session, reply, TimeUnit.MILLISECONDS)),
        command("setnx", 3, Keys.FIRST, 2, "Sets the value of a new key.", StringCommands::setnx),
        command("mset", -3, Keys.PAIRS, 2, "Sets the values of keys.", StringCommands::mset),
        command("append", 3, Keys.FIRST, 2, "Lengthens a value.", StringCommands::append),
        command("strlen", 2, Keys.FIRST, 0, "Returns a value's length.", StringCommands::strlen),
        command(
            "incr",
            2,
            Keys.FIRST,
            0,
            "Adds one to a number.",
            (request, session, reply) -> add(request, session, reply, 1)),
        command(
            "decr",
            2,
            Keys.FIRST,
            0,
            "Takes one from a number.",
            (request, session, reply) -> add(request, session, reply, -1)),
        command(
            "incrby",
            3,
            Keys.FIRST,
            0,
            "Adds to a number.",
            (request, session, reply) -> add(request, session, reply, request.integer(2))),
        command("decrby", 3, Keys.FIRST, 0, "Takes from a number.", StringCommands::decrby));
  }

  private static Command command(
      String name, int arity, Keys keys, int value, String summary, Command.Action action) {
    return new Command(name, arity, keys, value, "string", summary, action);
  }

  private static void get(Request request, Session session, ReplyWriter reply) {
    reply(reply, session.database().hold(request.key(1)));
  }

  private static void mget(Request request, Session session, ReplyWriter reply) {
    reply.array(request.size() - 1);
    for (int i = 1; i < request.size(); i++) {
      reply(reply, session.database().hold(request.key(i)));
    }
  }

  private static void reply(ReplyWriter reply, @Nullable Value held) {
    if (held == null) {
      reply.nil();
    } else {
      reply.bulk(held);
    }
  }

  private static void set(Request request, Session session, ReplyWriter reply)
      throws CommandException {
    SetOptions options = SetOptions.of(request, 3);
    Database database = session.database();
    Key key = request.key(1);
    if (options.isUnconditional()) {
      database.put(key, request.takeBlock(2), options.expiresAt());
      reply.ok();
      return;
    }
    for (; ; ) {
      Entry before = database.find(key);
      Value shown = null;
      if (options.get() && before != null) {
        if (!before.value().tryHold()) {
          continue;
        }
        shown = before.value();
      }
      boolean permitted = options.permits(before != null);
      if (permitted
          && !database.replace(key, before, request.block(2), options.expiresAtAfter(before))) {
        if (shown != null) {
          shown.release();
        }
        continue;
      }
      if (permitted) {
        request.takeBlock(2); // the database's now
      }
      if (options.get()) {
        reply(reply, shown);
      } else if (permitted) {
        reply.ok();
      } else {
        reply.nil();
      }
      return;
    }
  }

  private static void setWithExpiry(
      Request request, Session session, ReplyWriter reply, TimeUnit unit) throws CommandException {
    long expiresAt = Expiry.afterPositive(request.integer(2), unit, request.name());
    session.database().put(request.key(1), request.takeBlock(3), expiresAt);
    reply.ok();
  }

  private static void setnx(Request request, Session session, ReplyWriter reply) {
    Database database = session.database();
    Key key = request.key(1);
    boolean stored = false;
    while (!stored && database.find(key) == null) {
      stored = database.replace(key, null, request.block(2), Entry.NEVER);
    }
    if (stored) {
      request.takeBlock(2); // the database's now
    }
    reply.integer(stored ? 1 : 0);
  }

  /** Atomic for each key, not for all of them together. */
  private static void mset(Request request, Session session, ReplyWriter reply)
      throws CommandException {
    if (request.size() % 2 == 0) {
      throw new CommandException("ERR wrong number of arguments for 'mset' command");
    }
    for (int i = 1; i < request.size(); i += 2) {
      session.database().put(request.key(i), request.takeBlock(i + 1), Entry.NEVER);
    }
    reply.ok();
  }

  private static void strlen(Request request, Session session, ReplyWriter reply) {
    Entry entry = session.database().find(request.key(1));
    reply.integer(entry == null ? 0 : entry.value().byteSize());
  }

  private static void append(Request request, Session session, ReplyWriter reply)
      throws CommandException, CacheFullException {
    Database database = session.database();
    Key key = request.key(1);
    for (; ; ) {
      Entry before = database.find(key);
      if (before == null) {
        long length = request.block(2).byteSize();
        if (database.replace(key, null, request.block(2), Entry.NEVER)) {
          request.takeBlock(2); // the database's now
          reply.integer(length);
          return;
        }
      } else if (before.value().tryHold()) {
        Block joined;
        try {
          joined = join(database, before.value().bytes(), request.block(2).asByteBuffer());
        } finally {
          before.value().release();
        }
        long length = joined.byteSize();
        if (database.replace(key, before, joined, before.expiresAt())) {
          reply.integer(length);
          return;
        }
        joined.close();
      }
    }
  }

  private static Block join(Database database, ByteBuffer head, ByteBuffer tail)
      throws CommandException, CacheFullException {
    long length = (long) head.remaining() + tail.remaining();
    if (length > LONGEST_VALUE) {
      throw new CommandException("ERR string exceeds maximum allowed size (proto-max-bulk-len)");
    }
    Block joined = database.allocate(length);
    joined.asByteBuffer().put(head).put(tail);
    return joined;
  }

  private static void decrby(Request request, Session session, ReplyWriter reply)
      throws CommandException, CacheFullException {
    long taken = request.integer(2);
    if (taken == Long.MIN_VALUE) {
      throw new CommandException("ERR decrement would overflow");
    }
    add(request, session, reply, -taken);
  }

  private static void add(Request request, Session session, ReplyWriter reply, long added)
      throws CommandException, CacheFullException {
    Database database = session.database();
    Key key = request.key(1);
    for (; ; ) {
      Entry before = database.find(key);
      long number = 0;
      if (before != null) {
        if (!before.value().tryHold()) {
          continue;
        }
        try {
          number = number(before.value());
        } finally {
          before.value().release();
        }
      }
      long sum = sum(number, added);
      byte[] text = Long.toString(sum).getBytes(StandardCharsets.US_ASCII);
      Block block = database.allocate(text.length);
      block.asByteBuffer().put(text);
      long expiresAt = before == null ? Entry.NEVER : before.expiresAt();
      if (database.replace(key, before, block, expiresAt)) {
        reply.integer(sum);
        return;
      }
      block.close();
    }
  }

  private static long number(Value held) throws CommandException {
    if (held.byteSize() > Integers.LONGEST) {
      throw Integers.notAnInteger();
    }
    byte[] text = new byte[(int) held.byteSize()];
    held.bytes().get(text);
    return Integers.parse(text);
  }

  private static long sum(long number, long added) throws CommandException {
    try {
      return Math.addExact(number, added);
    } catch (ArithmeticException e) {
      throw new CommandException("ERR increment or decrement would overflow");
    }
  }
}
