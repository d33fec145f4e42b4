package io.rmm.allocator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The process's manager, each time in a process of its own. */
class GlobalManagerTest {

  /** Tells what the global manager is like. */
  static final class Show {

    private Show() {}

    @SuppressWarnings("SystemOut")
    public static void main(String[] args) {
      MemoryManager manager = MemoryManager.global();
      System.out.println("same " + (MemoryManager.global() == manager));
      System.out.println("name " + manager.name());
      System.out.println("mode " + manager.safetyMode());
      System.out.println("limit " + manager.rootBudget().limits().hard());
      System.out.println("configuration " + manager.configuration());
      try (Block block = manager.allocate(100)) {
        System.out.println("allocated " + block.byteSize());
      }
      try {
        manager.close();
      } catch (UnsupportedOperationException e) {
        System.out.println("close refused: " + e.getMessage());
      }
      manager.allocate(100).close();
    }
  }

  private static ChildJvm.Result show(String... properties) throws Exception {
    return ChildJvm.run(Show.class, List.of(properties));
  }

  @Test
  void isBuiltFromDefaultsUnlessPropertiesSay() throws Exception {
    ChildJvm.Result result = show();
    assertThat(result.exitCode()).as(result.output()).isZero();
    assertThat(result.output())
        .contains("same true", "name global", "mode STANDARD", "limit " + Long.MAX_VALUE)
        .contains("allocated 100", "close refused: the global memory manager cannot be closed");
  }

  @Test
  void isBuiltFromProperties() throws Exception {
    ChildJvm.Result result =
        show(
            "-Drmm.name=orders",
            "-Drmm.safety=paranoid",
            "-Drmm.limit=64M",
            "-Drmm.source=portable",
            "-Drmm.sample.interval=128k");
    assertThat(result.exitCode()).as(result.output()).isZero();
    assertThat(result.output())
        .contains("name orders", "mode PARANOID", "limit " + (64 << 20))
        .contains("pageSource=portable", "sampleInterval=" + (128 << 10));
  }

  @ParameterizedTest
  @CsvSource({
    "-Drmm.limit=lots, rmm.limit must be a number of bytes",
    "-Drmm.limit=0, hard >= 1",
    "-Drmm.safety=careless, rmm.safety must be one of",
    "-Drmm.source=heap, page source must be auto",
    "-Drmm.hugepages=yes, rmm.hugepages must be off or madvise",
    "-Drmm.sample.interval=0, a sample interval is 1 to 2^40 bytes",
    "-Drmm.guard.budget=2g, rmm.guard.budget is refused: a guard budget is 0 to 2^30 bytes",
    "-Drmm.name=a/b, the name of a memory manager"
  })
  void aBadPropertyIsRefusedWithAWordOnWhatIsGood(String property, String word) throws Exception {
    ChildJvm.Result result = show(property);
    assertThat(result.exitCode()).isEqualTo(1);
    assertThat(result.output()).contains("IllegalArgumentException", word);
  }

  @ParameterizedTest
  @CsvSource({
    "1, 1",
    "4096, 4096",
    "3k, 3072",
    "64M, 67108864",
    "2g, 2147483648",
    "8589934591g," + " 9223372035781033984"
  })
  void bytesMayHaveASuffix(String text, long bytes) {
    assertThat(GlobalManager.bytes("rmm.limit", text)).isEqualTo(bytes);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"", "k", "-1", "1.5g", "1t", "1 g", "8589934592g", "17179869185g", "1e9", "0x10"})
  void whatIsNoNumberOfBytesIsRefused(String text) {
    assertThatThrownBy(() -> GlobalManager.bytes("rmm.limit", text))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("rmm.limit");
  }
}
