package io.rmm.allocator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.rmm.allocator.observe.Sampler;
import io.rmm.allocator.source.LinuxPageSource;
import io.rmm.allocator.source.LinuxSystemCalls;
import io.rmm.allocator.source.Mappings;
import io.rmm.allocator.source.SystemCalls;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A process that has used up its mappings is told so, and not that there is no memory. */
class MappingLimitTest {

  private static final int ENOMEM = 12;

  /** Without a clock, whose thread would need mappings of its own. */
  private static Engine engine(SystemCalls calls) {
    return new Engine(
        "mapped",
        new LinuxPageSource(calls, false),
        new Sampler(SafetyMode.STANDARD, 1 << 20),
        BudgetLimits.unlimited());
  }

  /**
   * The first two columns are what the process has and may have; a call fails with the number of
   * the third.
   */
  @ParameterizedTest
  @CsvSource({
    "65531, 65530, 12, true",
    "65510, 65530, 12, true",
    "1000,  65530, 12, false",
    "65530, 65530, 11, false"
  })
  void theErrorTellsWhatIsLacking(long count, long limit, int errno, boolean told) {
    FailingSystemCalls calls = new FailingSystemCalls(new LinuxSystemCalls());
    calls.pretend(new Mappings(count, limit));
    Engine engine = engine(calls);
    calls.fail(0, Long.MAX_VALUE, errno);
    assertThatThrownBy(() -> engine.budgets().root().allocate(100))
        .isInstanceOf(OutOfMemoryError.class)
        .hasMessageContaining("errno " + errno)
        .hasMessageContaining("committed 0 of 0 reserved bytes")
        .satisfies(e -> assertThat(e.getMessage().contains("vm.max_map_count")).isEqualTo(told))
        .satisfies(
            e -> assertThat(e.getMessage().contains("this process has " + count)).isEqualTo(told));
    calls.heal();
    engine.budgets().root().allocate(100).close();
    engine.close();
  }

  @Test
  void aProcessKnowsItsMappings() {
    Mappings mappings = new LinuxSystemCalls().mappings();
    assertThat(mappings).isNotNull();
    assertThat(mappings.count()).isGreaterThan(10);
    assertThat(mappings.limit()).isGreaterThan(mappings.count());
    assertThat(mappings.areExhausted()).isFalse();
  }

  @Test
  void aProcessThatHasUsedUpItsMappingsIsToldAndWorksOnWhenItHasSomeAgain() throws Exception {
    // What the JVM will need for itself is mapped before: it does not survive being refused.
    ChildJvm.Result result =
        ChildJvm.run(Exhaustion.class, List.of("-Xms64m", "-Xmx64m", "-XX:+UseSerialGC", "-Xint"));
    assertThat(result.output()).contains("vm.max_map_count", "errno 12", "worked on");
    assertThat(result.exitCode()).as(result.output()).isZero();
  }

  /** What the child does: maps until nothing goes any more, allocates, unmaps, allocates. */
  static final class Exhaustion {

    private static final long SYSTEM_PAGE = 4096;

    /** More than enough pages of the system to need all mappings there may be. */
    private static final long PAGES = 1 << 20;

    private static final long GIB = 1 << 30;

    public static void main(String[] args) throws Throwable {
      MethodHandle mmap = function("mmap", 6);
      MethodHandle mprotect = function("mprotect", 3);
      MethodHandle munmap = function("munmap", 2);
      rehearse();
      Engine engine = engine(new LinuxSystemCalls());
      Budget root = engine.budgets().root();
      Block before = root.allocate(100);
      before.segment().fill((byte) 1);
      use(root);
      engine.purge();
      // Private, anonymous, not reserved; and every other page gets a protection of its own.
      long region = (long) mmap.invokeExact(0L, PAGES * SYSTEM_PAGE, 0L, 0x4022L, -1L, 0L);
      for (long page = 0;
          (long) mprotect.invokeExact(region + page * SYSTEM_PAGE, SYSTEM_PAGE, 1L) == 0;
          page += 2) {}
      MemorySnapshot untouched = engine.snapshot();
      // Amid reserved address space, and therefore a mapping of its own.
      String refusal = refusal(root);
      MemorySnapshot after = engine.snapshot();
      // Next to what there is, where no further mapping is needed.
      use(root);
      long unmapped = (long) munmap.invokeExact(region, PAGES * SYSTEM_PAGE);
      System.out.println(refusal);
      assertThat(unmapped).isZero();
      Invariants.checkUnchanged(untouched, after);
      root.allocate(1 << 20, GIB).close();
      assertThat(before.segment().get(ValueLayout.JAVA_BYTE, 99)).isEqualTo((byte) 1);
      before.close();
      engine.purge();
      assertThat(Invariants.check(engine).committedBytes()).isZero();
      System.out.println("worked on");
    }

    /** Has the JVM load and link all that it will need when it may map nothing. */
    private static void rehearse() {
      FailingSystemCalls calls = new FailingSystemCalls(new LinuxSystemCalls());
      Engine engine = engine(calls);
      use(engine.budgets().root());
      calls.pretend(new Mappings(65_530, 65_530));
      calls.fail(0, Long.MAX_VALUE, ENOMEM);
      assertThat(refusal(engine.budgets().root())).isNotEmpty();
      Invariants.checkUnchanged(engine.snapshot(), engine.snapshot());
    }

    private static String refusal(Budget budget) {
      try (Block _ = budget.allocate(1 << 20, GIB)) {
        return "";
      } catch (OutOfMemoryError e) {
        return e.getMessage();
      }
    }

    private static void use(Budget budget) {
      try (Block block = budget.allocate(2 << 20);
          Arena arena = budget.openConfinedArena()) {
        block.segment().fill((byte) 2);
        arena.allocate(1 << 20).fill((byte) 3);
      }
    }

    /** All arguments are longs, which is what the registers of all Linux architectures hold. */
    @SuppressWarnings("restricted")
    private static MethodHandle function(String name, int arguments) {
      Linker linker = Linker.nativeLinker();
      ValueLayout[] parameters = new ValueLayout[arguments];
      Arrays.fill(parameters, ValueLayout.JAVA_LONG);
      return linker.downcallHandle(
          linker.defaultLookup().find(name).orElseThrow(),
          FunctionDescriptor.of(ValueLayout.JAVA_LONG, parameters));
    }
  }
}
