package io.rmm.demo.load;

import java.io.IOException;
import java.util.random.RandomGenerator;

/**
 * Large values that come and go: three seconds of storing some 75 MB, five of reading, one of
 * deleting, and six of nothing. What the memory manager should keep of that for the next burst is
 * for its tuner to decide.
 */
final class BurstLoad implements TenantLoad {

  private static final int SMALLEST_VALUE = 512 << 10;
  private static final int LARGEST_VALUE = 2 << 20;

  /** Steps of a cycle, and the steps in it at which a phase ends. */
  private static final int CYCLE = 150;

  private static final int STORED = 30;
  private static final int READ = 80;
  private static final int DELETED = 90;

  private static final int STORED_A_STEP = 2;
  private static final int DELETED_A_STEP = STORED * STORED_A_STEP / (DELETED - READ);

  private final RandomGenerator random;
  private final byte[] value = new byte[LARGEST_VALUE];
  private int step;

  BurstLoad(RandomGenerator random) {
    this.random = random;
    random.nextBytes(value);
  }

  @Override
  public int periodMillis() {
    return 100;
  }

  @Override
  public void step(LoadClient client) throws IOException {
    int now = step++ % CYCLE;
    if (now < STORED) {
      for (int i = 0; i < STORED_A_STEP; i++) {
        int length = random.nextInt(SMALLEST_VALUE, LARGEST_VALUE);
        client.set(key(now * STORED_A_STEP + i), value, length);
      }
    } else if (now < READ) {
      client.send("GET", key(random.nextInt(STORED * STORED_A_STEP)));
    } else if (now < DELETED) {
      for (int i = 0; i < DELETED_A_STEP; i++) {
        client.send("DEL", key((now - READ) * DELETED_A_STEP + i));
      }
    }
    client.finishBatch();
  }

  private static String key(int number) {
    return "report:" + number;
  }
}
