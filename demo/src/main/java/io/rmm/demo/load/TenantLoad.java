package io.rmm.demo.load;

import java.io.IOException;

/** What one tenant does, a little at a time. For one thread at a time. */
interface TenantLoad {

  /** Returns the milliseconds between two steps, which bound the tenant's rate. */
  int periodMillis();

  /**
   * Sends some commands and waits for the replies.
   *
   * @throws IOException if the connection fails
   */
  void step(LoadClient client) throws IOException;
}
