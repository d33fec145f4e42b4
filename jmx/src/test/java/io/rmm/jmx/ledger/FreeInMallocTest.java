package io.rmm.jmx.ledger;

import static org.assertj.core.api.Assertions.assertThat;

import io.rmm.jmx.NativeEvidence;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

/** How often the C library is asked for what it keeps. */
class FreeInMallocTest {

  private final AtomicLong now = new AtomicLong();
  private final Agent agent = new Agent();
  private final FreeInMalloc free = new FreeInMalloc(now::get);

  /** Knows how much is free, and takes its time to find out. */
  private final class Agent extends EvidentSource {

    private long bytes = 700;
    private long tookMillis = 1;
    private int asked;

    @Override
    public long bytesFreeInMalloc() {
      asked++;
      now.addAndGet(TimeUnit.MILLISECONDS.toNanos(tookMillis));
      return bytes;
    }
  }

  private long bytes(long unclaimed) {
    return free.bytes(List.of(agent), unclaimed, 10_000);
  }

  private void pass(long seconds) {
    now.addAndGet(TimeUnit.SECONDS.toNanos(seconds));
  }

  @Test
  void itIsNotAskedWhereLittleIsUnexplained() {
    assertThat(bytes(200)).isZero();
    assertThat(agent.asked).isZero();
    assertThat(bytes(201)).isEqualTo(700);
  }

  @Test
  void itIsAskedForAThousandthOfTheTime() {
    agent.tookMillis = 500;
    assertThat(bytes(1_000)).isEqualTo(700);
    agent.bytes = 800;
    pass(499);
    assertThat(bytes(1_000)).isEqualTo(700);
    pass(1);
    assertThat(bytes(1_000)).isEqualTo(800);
    assertThat(agent.asked).isEqualTo(2);
  }

  @Test
  void whatItSaidLongAgoIsForgotten() {
    assertThat(bytes(1_000)).isEqualTo(700);
    pass(1);
    assertThat(bytes(200)).isZero();
    assertThat(agent.asked).isEqualTo(1);
  }

  @Test
  void whoDoesNotKnowSaysNothing() {
    agent.bytes = NativeEvidence.UNKNOWN;
    assertThat(bytes(1_000)).isZero();
    assertThat(free.bytes(List.of(), 1_000, 10_000)).isZero();
  }
}
