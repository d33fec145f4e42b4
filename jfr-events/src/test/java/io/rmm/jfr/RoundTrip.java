package io.rmm.jfr;

import static org.assertj.core.api.Assertions.assertThat;

import io.rmm.allocator.Budget;
import io.rmm.allocator.BudgetLimits;
import io.rmm.allocator.MemoryManager;
import io.rmm.allocator.SafetyMode;
import io.rmm.allocator.signal.EventType;
import java.util.List;
import jdk.jfr.consumer.RecordedEvent;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;

/** A manager that is recorded, with a budget, and a witness of what it tells. */
abstract class RoundTrip {

  static final long MIB = 1L << 20;

  final Witness witness = new Witness();
  TestRecording recording;
  MemoryManager manager;
  Budget tenant;

  @BeforeEach
  void start() {
    recording = TestRecording.start();
    manager =
        MemoryManager.builder()
            .name("orders")
            .safetyMode(SafetyMode.PARANOID)
            .listener(witness)
            .build();
    manager.awaitViews(); // or what happens first is told later, by another thread
    tenant = manager.rootBudget().child("tenant 7", new BudgetLimits(MIB, 2 * MIB, 16 * MIB));
  }

  @AfterEach
  void stop() {
    recording.close();
  }

  RecordedEvent only(EventType type) {
    List<RecordedEvent> events = recording.events(type, "orders");
    assertThat(events).hasSize(1);
    return events.getFirst();
  }
}
