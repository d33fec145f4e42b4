package io.rmm.demo.load;

import java.io.IOException;
import java.util.random.RandomGenerator;

/**
 * API payloads whose sizes are log-normal, as those of real gateways are: median 2 KB, mean 3.3 KB,
 * one in a hundred over 20 KB. They expire after 20 to 40 seconds. 1,000 commands a second.
 */
final class PayloadLoad implements TenantLoad {

  private static final double MU = 7.6;
  private static final double SIGMA = 1.0;
  private static final int LARGEST_VALUE = 1 << 20;
  private static final int COMMANDS = 10;

  private final RandomGenerator random;
  private final byte[] value = new byte[LARGEST_VALUE];
  private long written;

  PayloadLoad(RandomGenerator random) {
    this.random = random;
    random.nextBytes(value);
  }

  @Override
  public int periodMillis() {
    return 20;
  }

  @Override
  public void step(LoadClient client) throws IOException {
    for (int i = 0; i < COMMANDS; i++) {
      String seconds = Integer.toString(random.nextInt(20, 41));
      client.set("response:" + written++, value, size(), "EX", seconds);
    }
    for (int i = 0; i < COMMANDS; i++) {
      client.send("GET", "response:" + random.nextLong(written));
    }
    client.finishBatch();
  }

  private int size() {
    double size = Math.exp(MU + SIGMA * random.nextGaussian());
    return (int) Math.clamp(size, 1, LARGEST_VALUE);
  }
}
