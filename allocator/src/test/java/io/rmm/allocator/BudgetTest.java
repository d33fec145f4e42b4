package io.rmm.allocator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The tree of limits and accounts, as one thread sees it. */
class BudgetTest {

  private final Reports reports = new Reports();
  private MemoryManager manager;
  private Budget root;

  @BeforeEach
  void open() {
    manager =
        MemoryManager.builder()
            .pageSource("linux")
            .discoverViews(false)
            .listener(reports)
            // So that slots are as large as the blocks.
            .safetyMode(SafetyMode.FAST)
            .build();
    root = manager.rootBudget();
  }

  @AfterEach
  void close() {
    manager.close();
  }

  private static AllocationRejection rejection(Budget budget, long byteSize) {
    AllocationRejectedException thrown =
        catchThrowableOfType(
            AllocationRejectedException.class,
            () -> {
              try (Block _ = budget.allocate(byteSize)) {
                // It was to be refused.
              }
            });
    assertThat(thrown).as("%d bytes of %s are refused", byteSize, budget).isNotNull();
    return thrown.rejection();
  }

  @Test
  void everyBlockIsChargedToItsBudgetAndAllAbove() {
    Budget tenant = root.child("tenant", BudgetLimits.unlimited());
    Budget cache = tenant.child("cache", BudgetLimits.hard(1 << 20));
    Budget other = root.child("other", BudgetLimits.unlimited());
    assertThat(cache.path()).isEqualTo("root/tenant/cache");
    assertThat(cache.name()).isEqualTo("cache");
    assertThat(root.children()).containsExactly(tenant, other);

    try (Block _ = cache.allocate(1024);
        Block _ = tenant.allocate(512);
        Block _ = root.allocate(16)) {
      assertThat(cache.usedBytes()).isEqualTo(1024);
      assertThat(tenant.usedBytes()).isEqualTo(1024 + 512);
      assertThat(root.usedBytes()).isEqualTo(1024 + 512 + 16);
      assertThat(other.usedBytes()).isZero();
      MemorySnapshot snapshot = manager.snapshot();
      Invariants.check(snapshot);
      assertThat(snapshot.budgets())
          .extracting(MemorySnapshot.BudgetUsage::path)
          .containsExactly("root", "root/tenant", "root/tenant/cache", "root/other");
    }
    assertThat(root.usedBytes()).isZero();
    assertThat(cache.usedBytes()).isZero();
    assertThat(cache.peakBytes()).isEqualTo(1024);
  }

  @Test
  void aBudgetAloneCanUseItsLimitToTheLastByteAndNoFurther() {
    Budget budget = root.child("b", BudgetLimits.hard(10 * 1024));
    List<Block> blocks = new ArrayList<>();
    for (int i = 0; i < 10; i++) {
      blocks.add(budget.allocate(1024));
    }
    assertThat(budget.usedBytes()).isEqualTo(10 * 1024);
    AllocationRejection refused = rejection(budget, 1);
    assertThat(refused)
        .isEqualTo(new AllocationRejection("root/b", "root/b", 1, 10 * 1024, 10 * 1024));
    assertThat(reports.rejections).containsExactly(refused);
    blocks.remove(0).close();
    blocks.add(budget.allocate(1024));
    rejection(budget, 1024);
    blocks.forEach(Block::close);
    assertThat(budget.peakBytes()).isEqualTo(10 * 1024);
    assertThat(manager.snapshot().rejections()).isEqualTo(2);
  }

  @Test
  void aRejectionSaysWhichBudgetRefused() {
    Budget tenant = root.child("tenant", BudgetLimits.hard(4096));
    Budget cache = tenant.child("cache", BudgetLimits.hard(1 << 20));
    try (Block _ = tenant.allocate(4000)) {
      MemorySnapshot before = manager.snapshot();
      AllocationRejection refused = rejection(cache, 64);
      assertThat(refused.budget()).isEqualTo("root/tenant/cache");
      assertThat(refused.rejectedBy()).isEqualTo("root/tenant");
      assertThat(refused.requestedBytes()).isEqualTo(64);
      assertThat(refused.usedBytes()).isEqualTo(4096);
      assertThat(refused.limitBytes()).isEqualTo(4096);
      Invariants.checkUnchanged(before, manager.snapshot());
      MemorySnapshot.BudgetUsage asked = manager.snapshot().budgets().get(2);
      assertThat(asked.path()).isEqualTo("root/tenant/cache");
      assertThat(asked.rejections()).isEqualTo(1);
    }
  }

  @ParameterizedTest
  @ValueSource(longs = {100, 5_000, 100_000, 3 << 20})
  void whatIsRefusedAboveDoesNotCountBelow(long size) {
    Budget tenant = root.child("tenant", BudgetLimits.hard(1));
    Budget cache = tenant.child("cache", BudgetLimits.hard(1L << 40));
    // A page with free slots, so that the charge itself is what refuses.
    try (Block _ = root.allocate(size)) {
      rejection(cache, size);
    }
    assertThat(cache.usedBytes()).isZero();
    assertThat(cache.peakBytes()).as("peak of what was never held").isZero();
    assertThat(tenant.peakBytes()).isZero();
    Invariants.check(manager.snapshot());
  }

  @Test
  void aRejectedCallMaySucceedLater() {
    Budget budget = root.child("b", BudgetLimits.hard(1024));
    Block block = budget.allocate(1024);
    rejection(budget, 16);
    block.close();
    budget.allocate(1024).close();
  }

  @Test
  void aLimitMayBeLoweredBelowWhatIsUsed() {
    Budget budget = root.child("b", BudgetLimits.hard(8192));
    Block one = budget.allocate(4096);
    Block other = budget.allocate(4096);
    budget.setLimits(BudgetLimits.hard(4096));
    assertThat(one.isAlive() && other.isAlive()).isTrue();
    assertThat(budget.usedBytes()).isEqualTo(8192);
    rejection(budget, 1);
    one.close();
    rejection(budget, 1);
    other.close();
    budget.allocate(4096).close();
    assertThat(budget.limits()).isEqualTo(BudgetLimits.hard(4096));
  }

  @Test
  void aLimitCountsWhatWasAllocatedBeforeIt() {
    Budget budget = root.child("b", BudgetLimits.unlimited());
    Budget child = budget.child("c", BudgetLimits.unlimited());
    Block own = budget.allocate(1024);
    Block below = child.allocate(2048);
    budget.setLimits(BudgetLimits.hard(4096));
    assertThat(budget.usedBytes()).isEqualTo(3072);
    Block last = child.allocate(1024);
    assertThat(rejection(child, 16).rejectedBy()).isEqualTo("root/b");
    budget.setLimits(BudgetLimits.unlimited());
    child.allocate(1 << 20).close();
    List.of(own, below, last).forEach(Block::close);
    budget.setLimits(BudgetLimits.hard(1024));
    assertThat(budget.usedBytes()).isZero();
    budget.allocate(1024).close();
    Invariants.check(manager.snapshot());
  }

  @ParameterizedTest
  @ValueSource(strings = {"", " ", "\t", "a/b", "line\nbreak", "nul\0"})
  void badNamesAreRefused(String name) {
    MemorySnapshot before = manager.snapshot();
    assertThatThrownBy(() -> root.child(name, BudgetLimits.unlimited()))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> MemoryManager.builder().name(name))
        .isInstanceOf(IllegalArgumentException.class);
    Invariants.checkUnchanged(before, manager.snapshot());
  }

  @Test
  void namesAreUniqueAmongSiblingsAndOf1To128Characters() {
    Budget a = root.child("a", BudgetLimits.unlimited());
    assertThatThrownBy(() -> root.child("a", BudgetLimits.unlimited()))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("root has a child called a already");
    assertThat(a.child("a", BudgetLimits.unlimited()).path()).isEqualTo("root/a/a");
    assertThat(root.child("x".repeat(128), BudgetLimits.unlimited()).name()).hasSize(128);
    assertThatThrownBy(() -> root.child("x".repeat(129), BudgetLimits.unlimited()))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> root.child(null, BudgetLimits.unlimited()))
        .isInstanceOf(NullPointerException.class);
    assertThatThrownBy(() -> root.child("n", null)).isInstanceOf(NullPointerException.class);
    assertThatThrownBy(() -> root.setLimits(null)).isInstanceOf(NullPointerException.class);
    assertThat(root.children()).hasSize(2);
  }

  @Test
  void aManagerHas4096BudgetsAtMost() {
    for (int i = 1; i < 4096; i++) {
      root.child("b" + i, BudgetLimits.hard(1 << 20));
    }
    assertThatThrownBy(() -> root.child("one-more", BudgetLimits.unlimited()))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("4096");
    try (Block _ = root.children().get(4094).allocate(100)) {
      MemorySnapshot snapshot = manager.snapshot();
      assertThat(snapshot.budgets()).hasSize(4096);
      assertThat(snapshot.budgets().get(4095).usedBytes()).isEqualTo(112);
      Invariants.check(snapshot);
    }
  }

  @Test
  void aTreeIs32LevelsDeepAtMost() {
    Budget deepest = root;
    for (int level = 2; level <= 32; level++) {
      deepest = deepest.child("level-" + level, BudgetLimits.hard(1 << 30));
    }
    Budget last = deepest;
    assertThatThrownBy(() -> last.child("level-33", BudgetLimits.unlimited()))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("32");
    try (Block _ = last.allocate(100)) {
      assertThat(root.usedBytes()).isEqualTo(112);
      root.setLimits(BudgetLimits.hard(1 << 29));
      assertThat(rejection(last, 1L << 29).rejectedBy()).isEqualTo("root");
      Invariants.check(manager.snapshot());
    }
  }

  @ParameterizedTest
  @ValueSource(longs = {0, -1, Long.MIN_VALUE})
  void aHardLimitIsPositive(long bytes) {
    assertThatThrownBy(() -> BudgetLimits.hard(bytes)).isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void limitsAreInOrder() {
    assertThat(BudgetLimits.hard(1000)).isEqualTo(new BudgetLimits(0, 800, 1000));
    assertThat(BudgetLimits.hard(1).soft()).isEqualTo(1);
    assertThat(BudgetLimits.hard(Long.MAX_VALUE).isLimited()).isFalse();
    assertThat(BudgetLimits.unlimited().isLimited()).isFalse();
    assertThatThrownBy(() -> new BudgetLimits(-1, 5, 10))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> new BudgetLimits(6, 5, 10))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> new BudgetLimits(1, 11, 10))
        .isInstanceOf(IllegalArgumentException.class);
  }
}
