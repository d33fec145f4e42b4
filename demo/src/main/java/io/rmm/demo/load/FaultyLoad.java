package io.rmm.demo.load;

import io.rmm.allocator.Budget;
import java.io.IOException;
import java.util.random.RandomGenerator;

/**
 * A tenant with a bug or two: little traffic, and beside it the {@link PlantedFaults}, ten leaked
 * blocks and one double free a second.
 */
final class FaultyLoad implements TenantLoad {

  private static final int KEYS = 1_000;
  private static final int VALUE = 1 << 10;
  private static final int COMMANDS = 5;
  private static final int STEPS_A_DOUBLE_FREE = 10;

  private final RandomGenerator random;
  private final PlantedFaults faults;
  private final byte[] value = new byte[VALUE];
  private int step;

  FaultyLoad(RandomGenerator random, Budget budget) {
    this.random = random;
    this.faults = new PlantedFaults(budget);
    random.nextBytes(value);
  }

  @Override
  public int periodMillis() {
    return 100;
  }

  @Override
  public void step(LoadClient client) throws IOException {
    for (int i = 0; i < COMMANDS; i++) {
      client.set("order:" + random.nextInt(KEYS), value, VALUE);
      client.send("GET", "order:" + random.nextInt(KEYS));
    }
    faults.leakOneBlock();
    if (++step % STEPS_A_DOUBLE_FREE == 0) {
      faults.freeTwice();
    }
    client.finishBatch();
  }
}
