package io.rmm.jmx.ledger;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;

/** What is found of blocks in mappings: by the pages of this process, where there is a need. */
class LocatedBlocksTest {

  private static final long MIB = 1L << 20;
  private static final Path PROCESS = Path.of("/proc/self");

  private record Part(Purpose purpose, long extent, long resident) {}

  private static LocatedBlocks blocks(Path process, Object... budgetsAndRanges) {
    return new LocatedBlocks(
        process,
        List.of(
            new EvidentSource() {
              @Override
              public void tellBlocks(long leastBytes, int most, Blocks to) {
                for (int i = 0; i < budgetsAndRanges.length; i += 3) {
                  to.add(
                      (String) budgetsAndRanges[i],
                      (Long) budgetsAndRanges[i + 1],
                      (Long) budgetsAndRanges[i + 2]);
                }
              }
            }));
  }

  private static List<Part> partsOf(LocatedBlocks blocks, long start, long end, long resident) {
    List<Part> parts = new ArrayList<>();
    blocks.takeFrom(
        new Mapping(start, end, true, resident, "", ""),
        (purpose, extent, bytes) -> parts.add(new Part(purpose, extent, bytes)));
    return parts;
  }

  @Test
  @EnabledOnOs(OS.LINUX)
  void eachMappingHasThePartsOfBlocksThatLieInIt() {
    try (LocatedBlocks blocks =
        blocks(
            PROCESS,
            Seen.MMAP,
            50 * MIB,
            10 * MIB,
            Seen.MALLOC,
            10 * MIB,
            5 * MIB,
            Seen.UNSAFE,
            20 * MIB,
            2 * MIB,
            "root/direct",
            30 * MIB,
            2 * MIB)) {
      assertThat(partsOf(blocks, 0, 12 * MIB, 12 * MIB))
          .containsExactly(new Part(Purpose.DOWNCALLS, 2 * MIB, 2 * MIB));
      assertThat(partsOf(blocks, 12 * MIB, 40 * MIB, 28 * MIB))
          .containsExactly(
              new Part(Purpose.DOWNCALLS, 3 * MIB, 3 * MIB),
              new Part(Purpose.ARENAS, 2 * MIB, 2 * MIB));
      assertThat(partsOf(blocks, 55 * MIB, 56 * MIB, 0))
          .containsExactly(new Part(Purpose.DOWNCALLS, MIB, 0));
      assertThat(partsOf(blocks, 60 * MIB, 90 * MIB, MIB)).isEmpty();
      assertThat(blocks.bytesOf(Seen.MALLOC)).isEqualTo(5 * MIB);
    }
  }

  @Test
  @EnabledOnOs(OS.LINUX)
  @SuppressWarnings("restricted")
  void ofAMappingThatIsInMemoryInPartThePagesAreLookedAt() throws Throwable {
    Linker linker = Linker.nativeLinker();
    MethodHandle malloc =
        linker.downcallHandle(
            linker.defaultLookup().findOrThrow("malloc"),
            FunctionDescriptor.of(ValueLayout.ADDRESS, ValueLayout.JAVA_LONG));
    MethodHandle free =
        linker.downcallHandle(
            linker.defaultLookup().findOrThrow("free"),
            FunctionDescriptor.ofVoid(ValueLayout.ADDRESS));
    MemorySegment memory = (MemorySegment) malloc.invokeExact(64 * MIB);
    memory.reinterpret(16 * MIB).fill((byte) 1);
    long start = memory.address();
    long end = start + 64 * MIB;
    try (LocatedBlocks blocks = blocks(PROCESS, Seen.MALLOC, start, 64 * MIB)) {
      // A huge page may reach beyond what was touched.
      assertThat(partsOf(blocks, start - MIB, end, 17 * MIB))
          .singleElement()
          .satisfies(
              part -> {
                assertThat(part.extent()).isEqualTo(64 * MIB);
                assertThat(part.resident()).isBetween(16 * MIB, 18 * MIB);
              });
    } finally {
      free.invokeExact(memory);
    }
  }

  @Test
  void whereThePagesCannotBeLookedAtNoBlockIsKnown() {
    try (LocatedBlocks blocks = blocks(Path.of("none"), Seen.MALLOC, MIB, MIB)) {
      assertThat(partsOf(blocks, 0, 4 * MIB, 4 * MIB)).isEmpty();
      assertThat(blocks.bytesOf(Seen.MALLOC)).isZero();
    }
  }
}
