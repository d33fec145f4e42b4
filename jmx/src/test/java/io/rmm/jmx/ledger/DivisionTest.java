package io.rmm.jmx.ledger;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import javax.management.MBeanServerFactory;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Known mappings and claims, divided. */
class DivisionTest {

  private static final long MIB = 1L << 20;
  private static final long RMM_START = 100 * MIB;
  private static final long RMM_END = 200 * MIB;

  private Division division;

  @BeforeEach
  void begin() {
    // A server without the JVM's beans: no range is known.
    DiagnosticCommands none = new DiagnosticCommands(MBeanServerFactory.newMBeanServer());
    division =
        new Division(
            new JvmRanges(none),
            address -> address >= RMM_START && address < RMM_END,
            new LocatedBlocks(Path.of("/proc/self"), List.of()));
  }

  @Test
  void mappingsAreMeasuredByTagThenRangeThenName() {
    add(1, 4, "JAVAHEAP", "");
    add(10, 1, "", "/memfd:java_heap (deleted)");
    add(20, 2, "CARDTBL", "");
    add(100, 8, "", "");
    add(199, 1, "", "/memfd:rmm (deleted)");
    add(205, 1, "", "/tmp/rmm-me/slots-4711-1764257455000-0.rmm");
    add(206, 1, "", "/tmp/rmm-me/slots-4711-1764257455000-1.rmm (deleted)");
    add(300, 3, "", "/data/table with a blank.db");
    add(310, 5, "", "/opt/app/libfoo.so.1");
    add(320, 6, "", "/tmp/libnetty_4711.so (deleted)");
    add(330, 7, "", "[stack]");
    add(340, 9, "", "[heap]");
    add(350, 10, "", "[anon: glibc: malloc]");
    add(360, 11, "NEWTAG", "");

    assertThat(resident(Purpose.JAVA_HEAP)).isEqualTo(5 * MIB);
    assertThat(resident(Purpose.GC)).isEqualTo(2 * MIB);
    assertThat(resident(Purpose.RMM)).isEqualTo(11 * MIB);
    assertThat(resident(Purpose.MAPPED_FILES)).isEqualTo(3 * MIB);
    assertThat(resident(Purpose.LIBRARIES)).isEqualTo(11 * MIB);
    assertThat(resident(Purpose.THREADS)).isEqualTo(7 * MIB);
    assertThat(resident(Purpose.OTHER_NMT)).isEqualTo(11 * MIB);
    assertThat(resident(Purpose.UNEXPLAINED)).isEqualTo(19 * MIB);
    assertThat(division.resident()).isEqualTo(69 * MIB);
  }

  @Test
  void claimsThatAreTooMuchGetTheSameShare() {
    add(1, 10, "", "");

    long unmet = division.claimAll(Map.of(Purpose.METASPACE, 15 * MIB, Purpose.GC, 5 * MIB));

    assertThat(unmet).isEqualTo(10 * MIB);
    assertThat(resident(Purpose.METASPACE)).isEqualTo(7 * MIB + MIB / 2);
    assertThat(resident(Purpose.GC)).isEqualTo(2 * MIB + MIB / 2);
    assertThat(resident(Purpose.UNEXPLAINED)).isZero();
  }

  /** 24 MiB of a buffer in one mapping with 40 MiB of a table, of which 2 MiB are resident. */
  @Test
  void whatANeighbourHidesIsTakenFromIt() {
    division.add(new Mapping(1, 1 + 64 * MIB, true, 26 * MIB, "GC", ""));
    division.expect(Purpose.GC, 40 * MIB);

    division.claimCertain(Purpose.DIRECT_BUFFERS, 24 * MIB);

    assertThat(resident(Purpose.DIRECT_BUFFERS)).isEqualTo(24 * MIB);
    assertThat(resident(Purpose.GC)).isEqualTo(2 * MIB);
  }

  /** The buffer has had what was left, and so the JVM's own memory from malloc has none. */
  @Test
  void whatIsHiddenFromOneIsFoundForTheOther() {
    add(300, 24, "", "");
    add(400, 2, "META", "");
    division.add(new Mapping(1, 1 + 64 * MIB, true, 26 * MIB, "GC", ""));
    division.expect(Purpose.METASPACE, 2 * MIB - 4096);
    division.expect(Purpose.GC, 40 * MIB);

    division.claimCertain(Purpose.DIRECT_BUFFERS, 24 * MIB);
    long unmet = division.claimAll(Map.of(Purpose.OTHER_NMT, 20 * MIB));

    assertThat(unmet).isZero();
    assertThat(resident(Purpose.OTHER_NMT)).isEqualTo(20 * MIB);
    assertThat(resident(Purpose.GC)).isEqualTo(6 * MIB);
    assertThat(resident(Purpose.METASPACE)).isEqualTo(2 * MIB);
  }

  /** Of which a little is plain, and in one mapping with tables of the collector. */
  @Test
  void codeHidesNothing() {
    division.add(new Mapping(1, 1 + 3 * MIB, false, 2 * MIB, "CODE", ""));
    division.add(new Mapping(100, 100 + 3 * MIB, true, MIB, "CODE", ""));
    division.expect(Purpose.CODE, 3 * MIB);

    division.claimCertain(Purpose.DIRECT_BUFFERS, 24 * MIB);

    assertThat(resident(Purpose.CODE)).isEqualTo(3 * MIB);
  }

  /** Memory from Unsafe, of which nobody has touched most: it hides nowhere. */
  @Test
  void noMoreIsTakenThanTheMappingIsTooLong() {
    division.add(new Mapping(1, 1 + 41 * MIB, true, 26 * MIB, "GC", ""));
    division.add(new Mapping(100, 100 + 500 * MIB, false, 0, "GC", "")); // only reserved
    division.expect(Purpose.GC, 40 * MIB);

    division.claimCertain(Purpose.ARENAS, 24 * MIB);

    assertThat(resident(Purpose.ARENAS)).isEqualTo(MIB);
    assertThat(resident(Purpose.GC)).isEqualTo(25 * MIB);
  }

  @Test
  void severalClaimsTogetherTakeNoMoreEither() {
    division.add(new Mapping(1, 1 + 50 * MIB, true, 26 * MIB, "GC", ""));
    division.expect(Purpose.GC, 40 * MIB);

    division.claimCertain(Purpose.DIRECT_BUFFERS, 8 * MIB);
    division.claimCertain(Purpose.ARENAS, 8 * MIB);
    long unmet = division.claimAll(Map.of(Purpose.OTHER_NMT, 8 * MIB));

    assertThat(resident(Purpose.DIRECT_BUFFERS)).isEqualTo(8 * MIB);
    assertThat(resident(Purpose.ARENAS)).isEqualTo(2 * MIB);
    assertThat(unmet).isEqualTo(8 * MIB);
    assertThat(resident(Purpose.GC)).isEqualTo(16 * MIB);
  }

  @Test
  void nothingIsTakenBeforeTheRestIsUsedUp() {
    add(300, 30, "", "");
    division.add(new Mapping(1, 1 + 64 * MIB, true, 26 * MIB, "GC", ""));
    division.expect(Purpose.GC, 40 * MIB);

    division.claimCertain(Purpose.DIRECT_BUFFERS, 24 * MIB);
    division.claimCertain(Purpose.ARENAS, 8 * MIB);

    assertThat(resident(Purpose.GC)).isEqualTo(24 * MIB);
    assertThat(resident(Purpose.UNEXPLAINED)).isZero();
  }

  private void add(long startMib, long residentMib, String tag, String file) {
    long start = startMib * MIB;
    division.add(new Mapping(start, start + residentMib * MIB, true, residentMib * MIB, tag, file));
  }

  private long resident(Purpose purpose) {
    Optional<Account> account =
        division.accounts(Map.of()).stream()
            .filter(candidate -> candidate.purpose() == purpose)
            .findFirst();
    return account.orElseThrow().resident();
  }
}
