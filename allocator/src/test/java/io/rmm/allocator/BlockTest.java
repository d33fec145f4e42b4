package io.rmm.allocator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.rmm.allocator.heap.SizeClasses;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A block from its allocation to its free: size, contents, bounds, alignment, identity. */
class BlockTest {

  private static final long MIB = 1 << 20;

  private static MemoryManager manager(String source) {
    return MemoryManager.builder().pageSource(source).discoverViews(false).build();
  }

  /** Sizes around every border between two classes, and some that have a chunk of their own. */
  private static Set<Long> borderSizes() {
    Set<Long> sizes = new TreeSet<>(List.of(0L, 1L, 2 * MIB + 1, 2 * MIB + 4096, 3 * MIB + 4097));
    for (int sizeClass = 0; sizeClass < SizeClasses.COUNT; sizeClass++) {
      long slot = SizeClasses.slotBytes(sizeClass);
      sizes.addAll(List.of(slot - 1, slot, slot + 1));
    }
    return sizes;
  }

  @OnBothSources
  void everySizeHasExactlyItsBytesAndKeepsThem(String source) {
    try (MemoryManager manager = manager(source)) {
      List<Block> blocks = new ArrayList<>();
      for (long size : borderSizes()) {
        Block block = manager.allocate(size);
        assertThat(block.byteSize()).isEqualTo(size);
        assertThat(block.segment().byteSize()).isEqualTo(size);
        assertThat(block.address()).isEqualTo(block.segment().address());
        assertThat(block.address() % 16).as("alignment of %d bytes", size).isZero();
        block.segment().fill((byte) size);
        blocks.add(block);
      }
      for (Block block : blocks) {
        MemorySegment expected =
            MemorySegment.ofArray(new byte[(int) block.byteSize()]).fill((byte) block.byteSize());
        assertThat(block.segment().mismatch(expected)).as("%s", block).isEqualTo(-1);
      }
      checkApart(blocks);
      blocks.forEach(Block::close);
      Invariants.check(manager.snapshot());
      assertThat(manager.snapshot().liveBlocks()).isZero();
    }
  }

  private static void checkApart(List<Block> blocks) {
    TreeMap<Long, Block> byAddress = new TreeMap<>();
    for (Block block : blocks) {
      // A block of 0 bytes must have an address of its own too.
      assertThat(byAddress.put(block.address(), block)).isNull();
    }
    for (Map.Entry<Long, Block> entry : byAddress.entrySet()) {
      Map.Entry<Long, Block> next = byAddress.higherEntry(entry.getKey());
      if (next != null) {
        assertThat(entry.getKey() + entry.getValue().byteSize()).isLessThanOrEqualTo(next.getKey());
      }
    }
  }

  @ParameterizedTest
  @ValueSource(longs = {0, 1, 16, 100, 128, 65_536, 65_552, 65_553, 1 << 21, (1 << 21) + 1})
  void accessOutsideIsRefused(long size) {
    try (MemoryManager manager = manager("linux");
        Block block = manager.allocate(size)) {
      MemorySegment segment = block.segment();
      assertThatThrownBy(() -> segment.get(ValueLayout.JAVA_BYTE, size))
          .isInstanceOf(IndexOutOfBoundsException.class);
      assertThatThrownBy(() -> segment.set(ValueLayout.JAVA_BYTE, -1, (byte) 0))
          .isInstanceOf(IndexOutOfBoundsException.class);
      assertThatThrownBy(() -> segment.asSlice(0, size + 1))
          .isInstanceOf(IndexOutOfBoundsException.class);
    }
  }

  @OnBothSources
  void blocksOfZeroBytesAreDistinctAndGiveNothingAway(String source) {
    try (MemoryManager manager = manager(source);
        Block one = manager.allocate(0);
        Block other = manager.allocate(0)) {
      assertThat(one.id()).isNotEqualTo(other.id());
      assertThat(one.address()).isNotEqualTo(other.address());
      assertThat(one.asByteBuffer().capacity()).isZero();
      assertThatThrownBy(() -> one.segment().get(ValueLayout.JAVA_BYTE, 0))
          .isInstanceOf(IndexOutOfBoundsException.class);
      assertThat(manager.snapshot().liveBlocks()).isEqualTo(2);
      assertThat(manager.snapshot().requestedBytes()).isZero();
    }
  }

  @ParameterizedTest
  @ValueSource(longs = {0, 1, 100, 5_000, 40_000, 70_000, (1 << 21) + 5})
  void everyAlignmentIsKept(long size) {
    try (MemoryManager manager = manager("linux")) {
      for (long alignment = 1; alignment <= 1L << 30; alignment *= 2) {
        try (Block one = manager.allocate(size, alignment);
            Block other = manager.allocate(size, alignment)) {
          assertThat(one.address() % alignment).as("alignment %d", alignment).isZero();
          assertThat(other.address() % alignment).as("alignment %d", alignment).isZero();
          assertThat(one.segment().byteSize()).isEqualTo(size);
          one.segment().fill((byte) 1);
          other.segment().fill((byte) 2);
          assertThat(size == 0 || one.segment().get(ValueLayout.JAVA_BYTE, size - 1) == 1).isTrue();
        }
      }
      Invariants.check(manager.snapshot());
    }
  }

  /** No further than this, because the JDK's arenas zero what they skip for an alignment. */
  @Test
  void alignmentsAreKeptOnThePortableSource() {
    try (MemoryManager manager = manager("portable")) {
      for (long alignment = 1; alignment <= 1L << 22; alignment *= 2) {
        try (Block block = manager.allocate(33, alignment)) {
          assertThat(block.address() % alignment).as("alignment %d", alignment).isZero();
        }
      }
    }
  }

  @Test
  void aBlockMayBeLargerThanAByteBuffer() {
    long size = (1L << 31) + 12_345;
    try (MemoryManager manager = manager("linux");
        Block block = manager.allocate(size)) {
      MemorySegment segment = block.segment();
      segment.set(ValueLayout.JAVA_BYTE, 0, (byte) 1);
      segment.set(ValueLayout.JAVA_BYTE, size - 1, (byte) 2);
      assertThat(segment.get(ValueLayout.JAVA_BYTE, 0)).isEqualTo((byte) 1);
      assertThat(segment.get(ValueLayout.JAVA_BYTE, size - 1)).isEqualTo((byte) 2);
      assertThatThrownBy(() -> segment.get(ValueLayout.JAVA_BYTE, size))
          .isInstanceOf(IndexOutOfBoundsException.class);
      assertThatThrownBy(block::asByteBuffer).isInstanceOf(UnsupportedOperationException.class);
      Invariants.check(manager.snapshot());
    }
  }

  @Test
  void theLargestByteBufferIsTheLargestArray() {
    int largest = Integer.MAX_VALUE - 8;
    try (MemoryManager manager = manager("linux");
        Block fits = manager.allocate(largest);
        Block doesNot = manager.allocate(largest + 1)) {
      assertThat(fits.asByteBuffer().capacity()).isEqualTo(largest);
      assertThatThrownBy(doesNot::asByteBuffer).isInstanceOf(UnsupportedOperationException.class);
    }
  }

  @OnBothSources
  void aByteBufferIsTheSameMemoryInBigEndianOrder(String source) {
    try (MemoryManager manager = manager(source);
        Block block = manager.allocate(100)) {
      ByteBuffer buffer = block.asByteBuffer();
      assertThat(buffer.isDirect()).isTrue();
      assertThat(buffer.capacity()).isEqualTo(100);
      assertThat(buffer.order()).isEqualTo(ByteOrder.BIG_ENDIAN);
      buffer.putInt(96, 0x01020304);
      assertThat(block.segment().get(ValueLayout.JAVA_BYTE, 96)).isEqualTo((byte) 1);
    }
  }

  @OnBothSources
  void idsAreNeverGivenTwice(String source) throws Exception {
    Set<Long> ids = new HashSet<>();
    for (int round = 0; round < 3; round++) {
      try (MemoryManager manager = manager(source)) {
        Threads.together(
            4,
            _ -> {
              Set<Long> mine = new HashSet<>();
              for (int i = 0; i < 1_000; i++) {
                try (Block block = manager.allocate(32)) {
                  mine.add(block.id());
                }
              }
              synchronized (ids) {
                ids.addAll(mine);
              }
            });
      }
    }
    assertThat(ids).hasSize(12_000).allMatch(id -> id > 0);
  }

  @OnBothSources
  void aBlockMayBeUsedAndClosedByAnotherThread(String source) throws Exception {
    try (MemoryManager manager = manager(source)) {
      Block block = manager.allocate(64);
      block.segment().set(ValueLayout.JAVA_LONG, 0, 42);
      Threads.inAnother(
          _ -> {
            assertThat(block.segment().get(ValueLayout.JAVA_LONG, 0)).isEqualTo(42);
            block.close();
          });
      assertThat(block.isAlive()).isFalse();
      assertThat(manager.snapshot().liveBlocks()).isZero();
      assertThat(manager.snapshot().remoteFrees()).isEqualTo(1);
    }
  }

  @Test
  void aBlockKnowsItsBudgetAndTellsNoAddress() {
    try (MemoryManager manager = manager("linux")) {
      Budget tenant = manager.rootBudget().child("tenant", BudgetLimits.unlimited());
      try (Block block = tenant.allocate(10)) {
        assertThat(block.budget()).isSameAs(tenant);
        assertThat(block.toString())
            .contains("byteSize=10", "root/tenant")
            .doesNotContain(Long.toString(block.address()))
            .doesNotContain(Long.toHexString(block.address()));
      }
    }
  }
}
