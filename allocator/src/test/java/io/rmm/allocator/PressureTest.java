package io.rmm.allocator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.awaitility.Awaitility.await;

import io.rmm.allocator.PressureChange.Cause;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.Test;

/** Listeners hear of pressure when it begins and when it ends. */
class PressureTest {

  private static final long MIB = 1 << 20;
  private static final BudgetLimits LIMITS = new BudgetLimits(0, 10 * MIB, 20 * MIB);

  private final List<PressureChange> told = new CopyOnWriteArrayList<>();
  private final MemoryListener listener =
      new MemoryListener() {
        @Override
        public void onPressure(PressureChange change) {
          if (change.cause() == Cause.OWN) { // the machine may be short of memory, too
            told.add(change);
          }
        }
      };

  private MemoryManager manager() {
    return MemoryManager.builder().discoverViews(false).listener(listener).build();
  }

  private PressureChange next(int index) {
    await().until(() -> told.size() > index);
    return told.get(index);
  }

  @Test
  void edgesAreToldWithLevelAndCause() {
    try (MemoryManager manager = manager()) {
      Budget tenant = manager.rootBudget().child("tenant", LIMITS);
      Block half = tenant.allocate(10 * MIB);
      assertThat(next(0))
          .isEqualTo(
              new PressureChange(
                  "root/tenant",
                  PressureLevel.SOFT,
                  PressureLevel.NONE,
                  10 * MIB,
                  10 * MIB,
                  Cause.OWN));
      Block whole = tenant.allocate(10 * MIB);
      assertThat(next(1))
          .returns(PressureLevel.HARD, PressureChange::level)
          .returns(PressureLevel.SOFT, PressureChange::previousLevel)
          .returns(20 * MIB, PressureChange::limitBytes);
      whole.close();
      assertThat(next(2))
          .as("below the hard limit by more than the margin, at the soft one")
          .returns(PressureLevel.SOFT, PressureChange::level)
          .returns(PressureLevel.HARD, PressureChange::previousLevel);
      half.close();
      assertThat(next(3))
          .returns(PressureLevel.NONE, PressureChange::level)
          .returns(PressureLevel.SOFT, PressureChange::previousLevel)
          .returns(10 * MIB, PressureChange::limitBytes);
    }
  }

  @Test
  void aLevelIsKeptUntilAMarginIsFree() {
    try (MemoryManager manager = manager()) {
      Budget tenant = manager.rootBudget().child("tenant", LIMITS);
      Budget other = manager.rootBudget().child("other", LIMITS);
      Block most = tenant.allocate(10 * MIB - 64);
      Block little = tenant.allocate(64);
      next(0);
      little.close();
      // The clock has looked at both once the other's pressure is told.
      Block others = other.allocate(10 * MIB);
      assertThat(next(1).budget()).isEqualTo("root/other");
      most.close();
      assertThat(next(2))
          .returns("root/tenant", PressureChange::budget)
          .returns(PressureLevel.NONE, PressureChange::level);
      others.close();
    }
  }

  @Test
  void aRefusalIsPressureWhateverIsHeld() {
    try (MemoryManager manager = manager()) {
      Budget tenant = manager.rootBudget().child("tenant", LIMITS);
      Budget below = tenant.child("below", BudgetLimits.unlimited());
      assertThatExceptionOfType(AllocationRejectedException.class)
          .isThrownBy(() -> below.allocate(21 * MIB));
      assertThat(next(0))
          .returns("root/tenant", PressureChange::budget)
          .returns(PressureLevel.HARD, PressureChange::level);
      assertThat(next(1))
          .returns("root/tenant", PressureChange::budget)
          .returns(PressureLevel.NONE, PressureChange::level);
    }
  }

  @Test
  void aBudgetWithoutLimitsIsNeverUnderPressure() {
    try (MemoryManager manager = manager()) {
      Budget free = manager.rootBudget().child("free", BudgetLimits.unlimited());
      Budget limited = manager.rootBudget().child("limited", LIMITS);
      Block much = free.allocate(100 * MIB);
      Block some = limited.allocate(10 * MIB);
      next(0);
      assertThat(told).extracting(PressureChange::budget).containsExactly("root/limited");
      much.close();
      some.close();
    }
  }
}
