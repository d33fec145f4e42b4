package io.rmm.jmx;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.rmm.allocator.AllocationRejectedException;
import io.rmm.allocator.Block;
import io.rmm.allocator.BudgetLimits;
import io.rmm.allocator.MemoryManager;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.lang.management.BufferPoolMXBean;
import java.lang.management.ManagementFactory;
import java.util.function.Supplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import javax.management.ObjectName;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Named;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * What the JVM's own figures do not see: the reason for RMM, and the table in README.md. On a JDK
 * that sees more, a test here fails, and the table is wrong.
 *
 * <p>Runs with {@code -XX:MaxDirectMemorySize=32m -XX:NativeMemoryTracking=summary}, see pom.xml.
 */
class BlindSpotsTest {

  private static final int MIB = 1 << 20;

  /** Keeps the memory of an automatic arena from being freed. */
  @SuppressWarnings("unused")
  private volatile MemorySegment reachable;

  @BeforeAll
  static void theJvmHasTheOptions() {
    assertThat(ManagementFactory.getRuntimeMXBean().getInputArguments())
        .contains("-XX:MaxDirectMemorySize=32m", "-XX:NativeMemoryTracking=summary");
  }

  static Stream<Named<Supplier<Arena>>> closeableArenas() {
    return Stream.of(
        Named.of("ofConfined", Arena::ofConfined), Named.of("ofShared", Arena::ofShared));
  }

  @ParameterizedTest
  @MethodSource("closeableArenas")
  void closeableArenasAreNotCountedAndNotLimited(Supplier<Arena> open) {
    assertSeen(
        new Figures(0, 0, 64),
        () -> {
          Arena arena = open.get();
          arena.allocate(64 * MIB);
          return arena;
        });
  }

  @Test
  void automaticArenasAreCountedAndLimited() {
    assertSeen(
        new Figures(1, 8 * MIB, 8),
        () -> {
          reachable = Arena.ofAuto().allocate(8 * MIB);
          return () -> reachable = null;
        });

    assertThatThrownBy(() -> Arena.ofAuto().allocate(64 * MIB))
        .isInstanceOf(OutOfMemoryError.class)
        .hasMessageContaining("Cannot reserve");
  }

  @Test
  @SuppressWarnings("restricted")
  void mallocIsSeenByNothing() {
    Linker linker = Linker.nativeLinker();
    MethodHandle malloc =
        linker.downcallHandle(
            linker.defaultLookup().findOrThrow("malloc"),
            FunctionDescriptor.of(ValueLayout.ADDRESS, ValueLayout.JAVA_LONG));
    MethodHandle free =
        linker.downcallHandle(
            linker.defaultLookup().findOrThrow("free"),
            FunctionDescriptor.ofVoid(ValueLayout.ADDRESS));
    assertSeen(
        new Figures(0, 0, 0),
        () -> {
          MemorySegment address = (MemorySegment) malloc.invokeExact(64L * MIB);
          assertThat(address).isNotEqualTo(MemorySegment.NULL);
          return () -> release(free, address);
        });
  }

  @Test
  @EnabledOnOs(OS.LINUX)
  void rmmIsSeenAndLimitedByItselfAlone() {
    try (MemoryManager manager =
        MemoryManager.builder().pageSource("linux").limits(BudgetLimits.hard(100 * MIB)).build()) {
      assertSeen(new Figures(0, 0, 0), () -> manager.allocate(64 * MIB));
      try (Block block = manager.allocate(64 * MIB)) {
        assertThat(manager.snapshot().requestedBytes()).isEqualTo(block.byteSize());
        assertThatThrownBy(() -> manager.allocate(64 * MIB))
            .isInstanceOf(AllocationRejectedException.class);
      }
      assertThat(manager.snapshot().usedBytes()).isZero();
    }
  }

  private static void release(MethodHandle free, MemorySegment address) {
    try {
      free.invokeExact(address);
    } catch (Throwable e) {
      throw new AssertionError(e);
    }
  }

  /**
   * Asserts by how much the JVM's figures rise while memory is held. Tries again, because other
   * threads of this JVM may use or free a direct buffer meanwhile.
   */
  private static void assertSeen(Figures expected, Allocation allocation) {
    await()
        .untilAsserted(
            () -> {
              Figures before = Figures.now();
              try (AutoCloseable _ = allocation.make()) {
                assertThat(Figures.now().since(before)).isEqualTo(expected);
              }
            });
  }

  /** Allocates memory, and returns what frees it. */
  private interface Allocation {
    AutoCloseable make() throws Throwable;
  }

  /**
   * What the JVM says about memory outside its heap.
   *
   * @param directBuffers number of direct buffers, from {@link BufferPoolMXBean}
   * @param directBytes their bytes
   * @param trackedMebibytes whole MiB in the category "Other" of native memory tracking
   */
  record Figures(long directBuffers, long directBytes, long trackedMebibytes) {

    private static final Pattern OTHER = Pattern.compile("Other \\(reserved=(\\d+)KB");

    static Figures now() throws Exception {
      BufferPoolMXBean direct =
          ManagementFactory.getPlatformMXBeans(BufferPoolMXBean.class).stream()
              .filter(pool -> pool.getName().equals("direct"))
              .findFirst()
              .orElseThrow();
      Object summary =
          ManagementFactory.getPlatformMBeanServer()
              .invoke(
                  new ObjectName("com.sun.management:type=DiagnosticCommand"),
                  "vmNativeMemory",
                  new Object[] {new String[] {"summary"}},
                  new String[] {String[].class.getName()});
      Matcher other = OTHER.matcher(summary.toString());
      long kibibytes = other.find() ? Long.parseLong(other.group(1)) : 0;
      return new Figures(direct.getCount(), direct.getMemoryUsed(), kibibytes >> 10);
    }

    Figures since(Figures before) {
      return new Figures(
          directBuffers - before.directBuffers,
          directBytes - before.directBytes,
          trackedMebibytes - before.trackedMebibytes);
    }
  }
}
