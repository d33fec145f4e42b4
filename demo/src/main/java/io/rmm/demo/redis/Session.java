package io.rmm.demo.redis;

import io.rmm.demo.cache.Cache;
import io.rmm.demo.cache.Database;

/** What a connection remembers from one command to the next. For its event loop alone. */
final class Session {

  private final Cache cache;
  private final long id;
  private Database database;
  private String clientName = "";
  private boolean ending;

  Session(Cache cache, long id) {
    this.cache = cache;
    this.id = id;
    this.database = cache.databases().getFirst();
  }

  long id() {
    return id;
  }

  /** Returns the database that was selected. */
  Database database() {
    return database;
  }

  /**
   * Selects a database.
   *
   * @throws CommandException if there is none of that number
   */
  void select(long index) throws CommandException {
    if (index < 0 || index >= cache.databases().size()) {
      throw new CommandException("ERR DB index is out of range");
    }
    database = cache.databases().get((int) index);
  }

  String clientName() {
    return clientName;
  }

  void setClientName(String name) {
    clientName = name;
  }

  /** Ends the connection as soon as the reply is sent. */
  void end() {
    ending = true;
  }

  boolean isEnding() {
    return ending;
  }
}
