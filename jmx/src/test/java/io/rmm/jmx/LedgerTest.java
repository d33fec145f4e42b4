package io.rmm.jmx;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.rmm.jmx.programs.GuardingProgram;
import io.rmm.jmx.programs.HoldingProgram;
import io.rmm.jmx.programs.LedgerProgram;
import io.rmm.jmx.programs.LoadersProgram;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The ledger of a process that holds known amounts, against what it holds. */
@EnabledOnOs(OS.LINUX)
class LedgerTest {

  private static final String TRACKING = "-XX:NativeMemoryTracking=summary";

  private static final long MIB = 1L << 20;

  private static final int MANY = 60_000;

  /** What the JDK itself may have of the same kind, and pages at the ends. */
  private static final Offset<Long> CLOSE = within(2 * MIB);

  @TempDir Path folder;

  @ParameterizedTest
  @ValueSource(strings = {"-XX:+UseG1GC", "-XX:+UseSerialGC", "-XX:+UseParallelGC", "-XX:+UseZGC"})
  void withTrackingEveryKindIsToldApart(String collector) throws Exception {
    assertThatEveryKindIsToldApart(run(TRACKING, collector));
  }

  @Test
  void withDetailedTrackingEveryKindIsToldApart() throws Exception {
    assertThatEveryKindIsToldApart(run("-XX:NativeMemoryTracking=detail"));
  }

  private static void assertThatEveryKindIsToldApart(LedgerRun ledger) {
    assertThat(ledger.resident("direct buffers")).isCloseTo(HoldingProgram.DIRECT, CLOSE);
    assertThat(ledger.resident("arenas")).isCloseTo(HoldingProgram.ARENA, CLOSE);
    assertThat(ledger.text("evidence.java heap")).isEqualTo("MEASURED");
    assertThat(ledger.text("Notes")).doesNotContain(TRACKING);
    assertThat(ledger.resident("threads")).isPositive();
    assertThat(ledger.resident("gc")).isPositive();
    assertThat(ledger.resident("other NMT")).isPositive();
    assertThat(ledger.number("ExplainedBytes"))
        .isGreaterThanOrEqualTo(ledger.number("ResidentBytes") * 95 / 100);
    assertWhatHoldsInAnyCase(ledger);
  }

  @ParameterizedTest
  @ValueSource(strings = {"-XX:+UseG1GC", "-XX:+UseSerialGC", "-XX:+UseParallelGC", "-XX:+UseZGC"})
  void withoutTrackingItSaysWhatItCannotTellApart(String collector) throws Exception {
    LedgerRun ledger = run(collector);

    assertThat(ledger.text("Notes")).contains("gc", "arenas", TRACKING);
    assertThat(ledger.resident("direct buffers")).isCloseTo(HoldingProgram.DIRECT, CLOSE);
    assertThat(ledger.resident("unexplained")).isGreaterThan(HoldingProgram.ARENA);
    assertThat(ledger.text("evidence.java heap")).isEqualTo("MEASURED");
    assertThat(ledger.text("evidence.metaspace")).isEqualTo("ESTIMATED");
    assertThat(ledger.number("committed.gc")).isEqualTo(-1);
    assertWhatHoldsInAnyCase(ledger);
  }

  /** A runtime cut to what JMX needs has no diagnostic commands. */
  @Test
  void withoutDiagnosticCommandsTheMappingsAreReadAllTheSame() throws Exception {
    LedgerRun ledger = run(TRACKING, "--limit-modules=java.management");

    assertThat(ledger.text("Notes")).contains(TRACKING);
    assertThat(ledger.text("evidence.java heap")).isEqualTo("ESTIMATED");
    assertWhatHoldsInAnyCase(ledger);
  }

  @Test
  void blocksOfThePortablePageSourceAreNotTakenForArenas() throws Exception {
    LedgerRun ledger = run(TRACKING, "-Drmm.source=portable");

    // The JDK allocates some MiB more for each extent, to align it; these are an arena's.
    assertThat(ledger.resident("arenas")).isCloseTo(HoldingProgram.ARENA, within(8 * MIB));
    assertThat(ledger.text("evidence.RMM")).isEqualTo("ESTIMATED");
    assertThat(ledger.resident("RMM"))
        .isGreaterThanOrEqualTo(HoldingProgram.TOUCHED_BLOCK + HoldingProgram.UNTOUCHED_BLOCK);
  }

  /** As web applications have their own: neither is taken for the other, nor for an arena. */
  @ParameterizedTest
  @ValueSource(strings = {"linux", "portable"})
  void managersOfTwoClassLoadersAreToldApartThoughTheyHaveOneName(String pageSource)
      throws Exception {
    LedgerRun ledger = LedgerRun.of(LoadersProgram.class, List.of(TRACKING), pageSource);

    assertThat(ledger.number("manager.rmm-1")).isGreaterThanOrEqualTo(LoadersProgram.FOREIGN);
    assertThat(ledger.number("manager.rmm-1 (2)"))
        .isBetween(LoadersProgram.OWN, LoadersProgram.FOREIGN - 1);
    // The JDK allocates some MiB more for each extent of the portable source, to align it.
    assertThat(ledger.resident("arenas")).isCloseTo(HoldingProgram.ARENA, within(8 * MIB));
    assertThat(ledger.resident("RMM"))
        .isCloseTo(LoadersProgram.OWN + LoadersProgram.FOREIGN, within(16 * MIB));
    ledger.assertThatItAddsUp();
  }

  /** They are in nobody's commitment, and the file that tells of them is one of the program's. */
  @Test
  void thePagesOfGuardedBlocksAreTheManagers() throws Exception {
    LedgerRun ledger = LedgerRun.of(GuardingProgram.class, List.of(TRACKING));

    long guarded = GuardingProgram.BLOCKS * GuardingProgram.BLOCK;
    assertThat(ledger.number("snapshot.guardedBlocks")).isEqualTo(GuardingProgram.BLOCKS);
    assertThat(ledger.number("snapshot.guardBytes")).isEqualTo(guarded);
    assertThat(ledger.text("evidence.RMM")).isEqualTo("MEASURED");
    assertThat(ledger.resident("RMM")).isBetween(guarded, guarded + 4 * MIB);
    assertThat(ledger.number("committed.RMM"))
        .isEqualTo(ledger.number("snapshot.committed") + guarded)
        .isEqualTo(ledger.number("manager.guarding"));
    assertThat(ledger.resident("mapped files")).as("the file of guarded blocks").isZero();
    ledger.assertThatItAddsUp();
  }

  /** Near the 65,530 mappings that a process may have. */
  @ParameterizedTest
  @ValueSource(strings = {"-Xmx64m", "-Xmx512m"})
  void aProcessOfVeryManyMappingsIsReadInAnyHeap(String heap) throws Exception {
    Path file = folder.resolve("page");
    Files.write(file, new byte[(int) LedgerProgram.MAPPING]);
    LedgerRun ledger =
        LedgerRun.of(
            LedgerProgram.class,
            List.of(TRACKING, heap, "-XX:+ExitOnOutOfMemoryError"),
            file.toString(),
            String.valueOf(MANY));

    ledger.assertThatItAddsUp();
    assertThat(ledger.resident("mapped files")).isCloseTo(MANY * LedgerProgram.MAPPING, CLOSE);
    assertThat(ledger.resident("RMM")).isCloseTo(LedgerProgram.BLOCK, CLOSE);
    assertThat(ledger.resident("gc")).isPositive();
    if (heap.equals("-Xmx64m")) {
      assertThat(ledger.text("Notes")).contains("a heap too small");
      assertThat(ledger.number("measured.gc")).isZero();
    } else {
      assertThat(ledger.text("Notes")).doesNotContain("mappings");
      assertThat(ledger.number("measured.gc")).isPositive();
    }
  }

  private static void assertWhatHoldsInAnyCase(LedgerRun ledger) {
    // Committed memory that nobody has touched is not resident.
    assertThat(ledger.text("evidence.RMM")).isEqualTo("MEASURED");
    assertThat(ledger.resident("RMM")).isCloseTo(HoldingProgram.TOUCHED_BLOCK, CLOSE);
    assertThat(ledger.number("committed.RMM"))
        .isGreaterThanOrEqualTo(HoldingProgram.TOUCHED_BLOCK + HoldingProgram.UNTOUCHED_BLOCK);

    assertThat(ledger.text("evidence.mapped files")).isEqualTo("MEASURED");
    assertThat(ledger.resident("mapped files")).isCloseTo(HoldingProgram.MAPPED, CLOSE);
    assertThat(ledger.resident("libraries")).isPositive();
    assertThat(ledger.resident("java heap")).isPositive();
    assertThat(ledger.resident("metaspace")).isPositive();
    assertThat(ledger.resident("code")).isPositive();

    assertThat(ledger.number("ResidentBytes")).isCloseTo(ledger.number("VmRSS"), within(20 * MIB));
    ledger.assertThatItAddsUp();
    assertThat(ledger.number("left")).isZero();
  }

  private LedgerRun run(String... options) throws Exception {
    Path file = folder.resolve("data file");
    Files.write(file, new byte[(int) HoldingProgram.MAPPED]);
    return LedgerRun.of(HoldingProgram.class, List.of(options), file.toString());
  }
}
