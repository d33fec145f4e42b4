package io.rmm.demo.load;

import java.io.IOException;
import java.util.random.RandomGenerator;

/** Small values of a few hundred bytes, read more than written: 2,000 commands a second. */
final class SteadyLoad implements TenantLoad {

  private static final int KEYS = 20_000;
  private static final int LARGEST_VALUE = 512;
  private static final int WRITES = 8;
  private static final int READS = 32;

  private final RandomGenerator random;
  private final byte[] value = new byte[LARGEST_VALUE];

  SteadyLoad(RandomGenerator random) {
    this.random = random;
    random.nextBytes(value);
  }

  @Override
  public int periodMillis() {
    return 20;
  }

  @Override
  public void step(LoadClient client) throws IOException {
    for (int i = 0; i < WRITES; i++) {
      client.set(key(), value, random.nextInt(64, LARGEST_VALUE));
    }
    for (int i = 0; i < READS; i++) {
      client.send("GET", key());
    }
    client.finishBatch();
  }

  private String key() {
    return "session:" + random.nextInt(KEYS);
  }
}
