package io.rmm.demo.cache;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.rmm.allocator.Block;
import io.rmm.allocator.Budget;
import io.rmm.allocator.BudgetLimits;
import io.rmm.allocator.MemoryManager;
import io.rmm.allocator.SafetyMode;
import java.lang.reflect.Proxy;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class DatabaseTest {

  private static final int LIMIT = 1 << 20;
  private static final Key KEY = key("k");

  private final MemoryManager manager =
      MemoryManager.builder()
          .name("database")
          .discoverViews(false)
          // So that slots are as large as the values.
          .safetyMode(SafetyMode.FAST)
          .build();
  private final Cache cache =
      new Cache(manager.rootBudget(), BudgetLimits.hard(LIMIT), Long.MAX_VALUE);
  private final Database database = cache.databases().getFirst();

  private static Key key(String text) {
    return new Key(text.getBytes(StandardCharsets.UTF_8));
  }

  @AfterEach
  void close() {
    cache.clear();
    assertThat(manager.snapshot().liveBlocks()).isZero();
    assertThat(cache.indexBytes()).isZero();
    assertThat(database.expiring()).isZero();
    manager.close();
  }

  @Test
  void anEntryIsReplacedOnlyIfNobodyWasQuicker() throws CacheFullException {
    assertThat(database.replace(KEY, null, database.allocate(1), Entry.NEVER)).isTrue();
    Entry first = database.find(KEY);
    database.put(KEY, database.allocate(2), Entry.NEVER);
    Block late = database.allocate(3);
    assertThat(database.replace(KEY, first, late, Entry.NEVER)).isFalse();
    assertThat(database.replace(KEY, null, late, Entry.NEVER)).isFalse();
    assertThat(database.expireAt(KEY, first, Long.MAX_VALUE)).isFalse();
    assertThat(database.remove(KEY, first)).isFalse();
    assertThat(late.isAlive()).isTrue();
    late.close();
    assertThat(database.find(KEY).value().byteSize()).isEqualTo(2);
  }

  @Test
  void expiryMovesWithTheEntryAndIsCounted() throws CacheFullException {
    database.put(KEY, database.allocate(1), Long.MAX_VALUE);
    database.put(key("other"), database.allocate(1), Long.MAX_VALUE);
    assertThat(database.expiring()).isEqualTo(2);
    assertThat(database.expireAt(KEY, database.find(KEY), Entry.NEVER)).isTrue();
    assertThat(database.expiring()).isOne();
    database.put(key("other"), database.allocate(1), Entry.NEVER);
    assertThat(database.expiring()).isZero();
    assertThat(database.expireAt(KEY, database.find(KEY), 1)).isTrue();
    assertThat(database.find(KEY)).isNull();
    assertThat(database.size()).isOne();
    assertThat(database.counters().expired()).isOne();
  }

  @Test
  void removingWhatHasExpiredRemovesNothingInTheEyesOfTheClient() throws CacheFullException {
    database.put(KEY, database.allocate(1), 1);
    assertThat(database.remove(KEY)).isFalse();
    assertThat(database.size()).isZero();
  }

  /** Puts {@code count} values of {@code bytes} under keys of their own. */
  private void fill(int count, int bytes) throws CacheFullException {
    for (int i = 0; i < count; i++) {
      database.put(key(Integer.toString(i)), database.allocate(bytes), Entry.NEVER);
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 8, 32})
  void noneOfTheLargeValuesThatFitIsGivenUp(int fitting) throws CacheFullException {
    fill(fitting + 3, LIMIT / fitting);
    assertThat(database.size()).isEqualTo(fitting);
    assertThat(database.counters().evicted()).isEqualTo(3);
    assertThat(database.budget().usedBytes()).isEqualTo(LIMIT);
  }

  @Test
  void ofSmallValuesSomeAreGivenUpAheadOfTheNeed() throws CacheFullException {
    int bytes = 1 << 10;
    int fitting = LIMIT / bytes;
    fill(fitting, bytes);
    assertThat(database.counters().evicted()).isZero();
    database.put(KEY, database.allocate(bytes), Entry.NEVER);
    long ahead = LIMIT / 64 / bytes;
    assertThat(database.counters().evicted()).isEqualTo(1 + ahead);
    fill((int) ahead, bytes);
    assertThat(database.counters().evicted()).isEqualTo(1 + ahead);
  }

  @Test
  void aMachineWithoutMemoryIsLikeAFullDatabase() {
    Budget poor =
        (Budget)
            Proxy.newProxyInstance(
                Budget.class.getClassLoader(),
                new Class<?>[] {Budget.class},
                (_, method, arguments) -> {
                  if (method.getName().equals("allocate")) {
                    throw new OutOfMemoryError("the system has no more memory");
                  }
                  return method.invoke(manager.rootBudget(), arguments);
                });
    Database unlucky = new Database(0, poor, new CacheClock(), new IndexRoom(Long.MAX_VALUE));
    assertThatThrownBy(() -> unlucky.allocate(1))
        .isInstanceOf(CacheFullException.class)
        .hasMessage("the system has no more memory");
  }
}
