package io.rmm.exporter.tuning;

import static org.assertj.core.api.Assertions.assertThat;

import io.rmm.allocator.ChunkEvent;
import io.rmm.allocator.ChunkEvent.Kind;
import org.junit.jupiter.api.Test;

class ReturnCostsTest {

  private final ReturnCosts costs = new ReturnCosts();

  @Test
  void whatTheClockReturnsCountsAndNothingElse() {
    returned(100, 7, "limit");
    returned(50, 5, "idle");
    returned(1000, 900, "asked");
    returned(1000, 900, "pressure");
    returned(1000, 900, "close");

    assertThat(costs.prices()).isEqualTo(new ReturnPrices(12, 150, 0, 0));
    assertThat(costs.trimmedBytes()).isEqualTo(100);
    assertThat(costs.nanos()).isEqualTo(12);
  }

  @Test
  void whatIsMappedCountsAsMappedAgainUntilAsMuchHasCome() {
    mapped(300, 30);
    costs.step(300); // nothing has gone yet
    returned(100, 7, "limit");
    costs.step(0);
    mapped(400, 40);
    costs.step(400); // a quarter of it
    mapped(50, 5);
    costs.step(50); // growth

    assertThat(costs.prices()).isEqualTo(new ReturnPrices(7, 100, 10, 100));
    assertThat(costs.nanos()).isEqualTo(17);
  }

  @Test
  void memoryThatComesWithoutAMappingCostsNothing() {
    returned(100, 7, "idle");
    costs.step(60);

    assertThat(costs.prices()).isEqualTo(new ReturnPrices(7, 100, 0, 60));
  }

  @Test
  void whatHappensWhileNobodyLooksIsNotTakenForMappedAgain() {
    returned(100, 7, "limit");
    mapped(100, 10);
    costs.pause();
    costs.step(100);

    assertThat(costs.prices()).isEqualTo(new ReturnPrices(7, 100, 0, 0));
  }

  private void mapped(long bytes, long nanos) {
    costs.add(new ChunkEvent(Kind.MAP, bytes, "test", nanos, "demand"));
  }

  private void returned(long bytes, long nanos, String cause) {
    costs.add(new ChunkEvent(Kind.UNMAP, bytes, "test", nanos, cause));
  }
}
