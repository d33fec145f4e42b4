package io.rmm.jmx.ledger;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Memory maps as the kernel and the JVM print them, and what breaks off in between. */
class MemoryMapsTest {

  private final List<Mapping> mappings = new ArrayList<>();

  @TempDir private Path folder;

  @Test
  void mappingsOfTheKernel() throws Exception {
    int count =
        smaps(
            """
            7f0000000000-7f0000200000 rw-p 00000000 00:00 0\s
            Size:               2048 kB
            Rss:                2048 kB
            Pss:                2048 kB
            AnonHugePages:      2048 kB
            THPeligible:           1
            VmFlags: rd wr mr mw me ac sd hg\s
            7f0000200000-7f0000201000 ---p 00000000 00:00 0                    [anon:Rss: 77 kB]
            Rss:                   0 kB
            7f1000000000-7f1000004000 r--s 00001000 fe:00 260386               /data/a \u00fc b.db (deleted)
            Rss:                  12 kB
            VmFlags: rd mr mw me sd\s
            ffffffffff600000-ffffffffff601000 --xp 00000000 00:00 0            [vsyscall]
            Rss:                   0 kB
            """);

    assertThat(count).isEqualTo(4);
    assertThat(mappings)
        .containsExactly(
            new Mapping(0x7f0000000000L, 0x7f0000200000L, true, 2048 << 10, "", ""),
            new Mapping(0x7f0000200000L, 0x7f0000201000L, false, 0, "", "[anon:Rss: 77 kB]"),
            new Mapping(
                0x7f1000000000L,
                0x7f1000004000L,
                false,
                12 << 10,
                "",
                "/data/a \u00fc b.db (deleted)"),
            new Mapping(0xffffffffff600000L, 0xffffffffff601000L, false, 0, "", "[vsyscall]"));
  }

  @Test
  void aMappingThatBreaksOffIsNone() throws Exception {
    assertThat(
            smaps(
                """
                Rss:                   8 kB
                7f00-7f01 rw-p 00000000 00:00 0
                Size:                  4 kB
                7f02-7f03 rw-p 00000000 00:00 0
                Rss:                   4 kB
                Rss:                   4 kB
                something new: 1 2 3
                7f04-7f05 rw-p 0000"""))
        .isEqualTo(1);
    assertThat(mappings).containsExactly(new Mapping(0x7f02, 0x7f03, true, 4 << 10, "", ""));
  }

  @Test
  void mappingsOfTheJvm() {
    String map =
        """
        Memory mappings:

        from               to                        vsize prot          rss      hugetlb pgsz notes            info                                 file
        ==========================================================================================
        0x0000000686800000-0x000000069e400000    398458880 rw-p      9977856            0 4K   com              JAVAHEAP                             -
        0x000000069e400000-0x0000000800000000   5935988736 ---p            0            0 4K   -                JAVAHEAP                             -
        0x00007f61d8000000-0x00007f61d8100000      1048576 rw-p        98304            0 4K   com              STACK-4711-some_thread               -
        0x00007f61d8100000-0x00007f61d8200000      1048576 rw-p        98304            0 2M   com,thp          GC,CARDTBL                           -
        0x00007f61d9000000-0x00007f61d9001000         4096 r--s         4096            0 4K   shrd             -                                    /data/a b.db
        Total: 5 mappings with a total vsize of 6337593344 (6044M)
        """;

    assertThat(SystemMap.read(map, mappings::add)).isEqualTo(5);
    assertThat(mappings)
        .containsExactly(
            new Mapping(0x686800000L, 0x69e400000L, true, 9977856, "JAVAHEAP", ""),
            new Mapping(0x69e400000L, 0x800000000L, false, 0, "JAVAHEAP", ""),
            new Mapping(0x7f61d8000000L, 0x7f61d8100000L, true, 98304, "STACK", ""),
            new Mapping(0x7f61d8100000L, 0x7f61d8200000L, true, 98304, "GC", ""),
            new Mapping(0x7f61d9000000L, 0x7f61d9001000L, false, 4096, "", "/data/a b.db"));
  }

  @Test
  void whatIsNoMapOfTheJvmHasNoMappings() {
    assertThat(SystemMap.read("", mappings::add)).isZero();
    assertThat(SystemMap.read("java.lang.NullPointerException\n0x1-0x2", mappings::add)).isZero();
  }

  @Test
  void trackedMemoryByPurpose() {
    TrackedMemory memory =
        TrackedMemory.parse(
                """
                Native Memory Tracking:

                Total: reserved=900, committed=800
                       malloc: 100 #7, peak=120 #8
                       mmap:   reserved=800, committed=700

                -                 Java Heap (reserved=500, committed=400)
                                            (mmap: reserved=500, committed=400, at peak)

                -                    Thread (reserved=2000, committed=300)
                                            (threads #20)
                                            (stack: reserved=1900, committed=200, peak=210)
                                            (malloc=60 tag=Thread #9) (peak=70 #9)
                                            (arena=40 #9) (peak=50 #9)

                -                        GC (reserved=90, committed=70)
                                            (malloc=20 tag=GC #3) (at peak)
                                            (mmap: reserved=70, committed=50, at peak)

                -                 GCCardSet (reserved=5, committed=5)
                                            (malloc=5 tag=GCCardSet #1) (at peak)

                -             A later thing (reserved=9, committed=9)
                                            (malloc=9 tag=Later #1) (at peak)
                """)
            .orElseThrow();

    assertThat(memory.of(Purpose.JAVA_HEAP)).isEqualTo(new TrackedMemory.Amount(400, 0, 400));
    assertThat(memory.of(Purpose.THREADS)).isEqualTo(new TrackedMemory.Amount(300, 100, 1900));
    assertThat(memory.of(Purpose.GC)).isEqualTo(new TrackedMemory.Amount(75, 25, 50));
    assertThat(memory.of(Purpose.OTHER_NMT)).isEqualTo(new TrackedMemory.Amount(9, 9, 0));
    assertThat(memory.of(Purpose.ARENAS)).isEqualTo(new TrackedMemory.Amount(0, 0, 0));
  }

  @Test
  void withoutTrackingThereIsNoTrackedMemory() {
    assertThat(TrackedMemory.parse("Native memory tracking is not enabled\n")).isEmpty();
  }

  private int smaps(String text) throws Exception {
    Path file = folder.resolve("smaps");
    Files.writeString(file, text, StandardCharsets.ISO_8859_1);
    return Smaps.read(file, mappings::add);
  }
}
