package io.rmm.demo.redis;

import io.rmm.demo.cache.Database;
import io.rmm.demo.cache.Entry;
import io.rmm.demo.cache.Key;
import io.rmm.demo.redis.Command.Keys;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** Commands on keys, whatever they stand for. */
final class KeyCommands {

  private static final int NO_SUCH_KEY = -2;
  private static final int NO_EXPIRY = -1;

  private KeyCommands() {}

  static List<Command> all() {
    return List.of(
        command("del", -2, Keys.ALL, "Deletes keys.", KeyCommands::del),
        command("unlink", -2, Keys.ALL, "Deletes keys.", KeyCommands::del),
        command("exists", -2, Keys.ALL, "Counts the keys that exist.", KeyCommands::exists),
        command("type", 2, Keys.FIRST, "Returns the type of a value.", KeyCommands::type),
        command(
            "expire",
            3,
            Keys.FIRST,
            "Sets a key's expiry in seconds.",
            (request, session, reply) -> expire(request, session, reply, TimeUnit.SECONDS)),
        command(
            "pexpire",
            3,
            Keys.FIRST,
            "Sets a key's expiry in milliseconds.",
            (request, session, reply) -> expire(request, session, reply, TimeUnit.MILLISECONDS)),
        command(
            "ttl",
            2,
            Keys.FIRST,
            "Returns the seconds until a key expires.",
            (request, session, reply) -> timeToLive(request, session, reply, TimeUnit.SECONDS)),
        command(
            "pttl",
            2,
            Keys.FIRST,
            "Returns the milliseconds until a key expires.",
            (request, session, reply) ->
                timeToLive(request, session, reply, TimeUnit.MILLISECONDS)),
        command("persist", 2, Keys.FIRST, "Removes a key's expiry.", KeyCommands::persist));
  }

  private static Command command(
      String name, int arity, Keys keys, String summary, Command.Action action) {
    return new Command(name, arity, keys, 0, "generic", summary, action);
  }

  private static void del(Request request, Session session, ReplyWriter reply) {
    int deleted = 0;
    for (int i = 1; i < request.size(); i++) {
      if (session.database().remove(request.key(i))) {
        deleted++;
      }
    }
    reply.integer(deleted);
  }

  private static void exists(Request request, Session session, ReplyWriter reply) {
    int found = 0;
    for (int i = 1; i < request.size(); i++) {
      if (session.database().find(request.key(i)) != null) {
        found++;
      }
    }
    reply.integer(found);
  }

  private static void type(Request request, Session session, ReplyWriter reply) {
    reply.simple(session.database().find(request.key(1)) == null ? "none" : "string");
  }

  private static void expire(Request request, Session session, ReplyWriter reply, TimeUnit unit)
      throws CommandException {
    Database database = session.database();
    Key key = request.key(1);
    long amount = request.integer(2);
    long expiresAt = Expiry.after(amount, unit, request.name());
    boolean done = false;
    for (Entry entry = database.find(key); entry != null && !done; entry = database.find(key)) {
      done = amount > 0 ? database.expireAt(key, entry, expiresAt) : database.remove(key, entry);
    }
    reply.integer(done ? 1 : 0);
  }

  private static void persist(Request request, Session session, ReplyWriter reply) {
    Database database = session.database();
    Key key = request.key(1);
    boolean done = false;
    for (Entry entry = database.find(key);
        entry != null && entry.expiresAt() != Entry.NEVER && !done;
        entry = database.find(key)) {
      done = database.expireAt(key, entry, Entry.NEVER);
    }
    reply.integer(done ? 1 : 0);
  }

  private static void timeToLive(
      Request request, Session session, ReplyWriter reply, TimeUnit unit) {
    Entry entry = session.database().find(request.key(1));
    if (entry == null) {
      reply.integer(NO_SUCH_KEY);
    } else if (entry.expiresAt() == Entry.NEVER) {
      reply.integer(NO_EXPIRY);
    } else {
      long millis = Math.max(0, entry.expiresAt() - System.currentTimeMillis());
      // Redis rounds seconds to the nearest.
      reply.integer(unit == TimeUnit.SECONDS ? (millis + 500) / 1000 : millis);
    }
  }
}
