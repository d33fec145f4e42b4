package io.rmm.jmx.ledger;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.entry;

import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import javax.management.MBeanServer;
import javax.management.ObjectName;
import javax.management.StandardMBean;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** What is told of a process whose files cannot all be read. */
class LedgerSamplerTest {

  private static final String STATUS =
      """
      Name:\tjava
      VmRSS:\t  700000 kB
      RssAnon:\t  600000 kB
      RssFile:\t   99999 kB
      RssShmem:\t       1 kB
      Threads:\t20
      """;

  private static final long KIB = 1024;

  @TempDir private Path root;

  @Test
  void withoutFilesNothingIsTold() {
    LedgerSample sample = take();

    assertThat(sample.resident()).isEqualTo(Account.UNKNOWN);
    assertThat(sample.explained()).isEqualTo(Account.UNKNOWN);
    assertThat(sample.unexplained()).isEqualTo(Account.UNKNOWN);
    assertThat(sample.accounts()).isEmpty();
    assertThat(sample.notes())
        .satisfiesExactly(
            note -> assertThat(note).contains("/proc/self/maps"),
            note -> assertThat(note).contains("/proc/self/status"));
  }

  @Test
  void withoutMappingsAllIsEstimated() throws Exception {
    file("status", STATUS);
    assertThatAllIsEstimated(take());
    assertThat(take().notes()).anyMatch(note -> note.contains("/proc/self/maps"));
  }

  /** Rights that are missing, a file that breaks off in the middle of reading: all are the same. */
  @Test
  @EnabledOnOs(OS.LINUX) // elsewhere a folder may be read as a file
  void mappingsThatCannotBeReadAreNoted() throws Exception {
    file("status", STATUS);
    Files.createDirectories(process("maps"));
    Files.createDirectories(process("smaps"));
    assertThatAllIsEstimated(take());
    assertThat(take().notes()).anyMatch(note -> note.contains("cannot be read"));
  }

  @Test
  void tooManyMappingsAreNotLookedAt() throws Exception {
    file("status", STATUS);
    file("maps", "7f00-7f01 r--p 0 00:00 0 \n".repeat((int) LedgerSampler.MOST_MAPPINGS + 1));
    assertThatAllIsEstimated(take());
    assertThat(take().notes()).anyMatch(note -> note.contains("has 250001 mappings"));
  }

  /** A manager of another class loader is known by its bean alone, and an old one tells less. */
  @Test
  void aBeanThatDoesNotTellWhereItsMemoryIsIsNotGuessedAbout() throws Exception {
    file("status", STATUS);
    MBeanServer server = ManagementFactory.getPlatformMBeanServer();
    ObjectName name = new ObjectName("io.rmm:type=MemoryManager,manager=old,instance=3");
    server.registerMBean(new StandardMBean(() -> 12 * KIB, OldBean.class), name);
    try {
      Managers managers = Managers.now(server, List.of());
      assertThat(managers.committed()).containsExactly(entry("old (3)", 12 * KIB));
      assertThat(managers.outside()).isEqualTo(12 * KIB);
      assertThat(managers.inArenas()).isZero();
      assertThat(managers.untold()).containsExactly("old (3)");
    } finally {
      server.unregisterMBean(name);
    }
  }

  /** What such a bean has. */
  public interface OldBean {

    /** Bytes backed by memory. */
    long getCommitted();
  }

  private static void assertThatAllIsEstimated(LedgerSample sample) {
    assertThat(sample.resident()).isEqualTo(700_000 * KIB);
    assertThat(sample.accounts()).hasSize(Purpose.values().length);
    assertThat(sample.accounts()).allMatch(account -> account.measured() == 0);
    assertThat(sample.accounts().stream().mapToLong(Account::resident).sum())
        .isEqualTo(sample.resident());
    assertThat(sample.explained() + sample.unexplained()).isEqualTo(sample.resident());
    assertThat(sample.explained()).isPositive();
    assertThat(sample.unexplained()).isGreaterThanOrEqualTo(99_999 * KIB);
  }

  private LedgerSample take() {
    return new LedgerSampler(root, ManagementFactory.getPlatformMBeanServer(), List.of()).take();
  }

  private Path process(String name) {
    return root.resolve("proc/self").resolve(name);
  }

  private void file(String name, String text) throws IOException {
    Files.createDirectories(process(name).getParent());
    Files.writeString(process(name), text);
  }
}
