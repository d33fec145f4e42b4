package io.rmm.agent;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.rmm.program.DowncallProgram;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What a program takes and gives back by functions of the C library. */
@EnabledOnOs(OS.LINUX)
class DowncallTest {

  private static final Duration PATIENCE = Duration.ofSeconds(30);

  private static AgentJvm start() throws Exception {
    AgentJvm jvm = AgentJvm.start(DowncallProgram.class, AgentJvm.withAgent(""));
    await().atMost(PATIENCE).untilAsserted(() -> assertThat(jvm.ask("used")).matches("\\d+"));
    return jvm;
  }

  private static void awaitUsed(AgentJvm jvm, String kind, long bytes) {
    await()
        .atMost(PATIENCE)
        .untilAsserted(() -> assertThat(jvm.ask("used " + kind)).isEqualTo("" + bytes));
  }

  @ParameterizedTest
  @ValueSource(strings = {"freeClosed", "reallocClosed"})
  void whatAFunctionIsNotCalledForIsNotGivenBack(String call) throws Exception {
    try (AgentJvm jvm = start()) {
      assertThat(jvm.ask("malloc first 1000")).isEqualTo("took");
      assertThat(jvm.ask(call + " first"))
          .isEqualTo("java.lang.IllegalStateException: Already closed");
      assertThat(jvm.ask("malloc second 24")).isEqualTo("took");
      awaitUsed(jvm, "malloc", 1_024);
      assertThat(jvm.ask("free first")).isEqualTo("gave");
      awaitUsed(jvm, "malloc", 24);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"malloc", "valloc", "pvalloc", "memalign", "aligned_alloc"})
  void functionsThatTakeMemoryAreCountedToTheByte(String function) throws Exception {
    try (AgentJvm jvm = start()) {
      assertThat(jvm.ask(function + " first 1000064")).isEqualTo("took");
      awaitUsed(jvm, "malloc", 1_000_064);
      assertThat(jvm.ask("free first")).isEqualTo("gave");
      awaitUsed(jvm, "malloc", 0);
    }
  }

  @Test
  void aHandleThatTakesItsFunctionWithEachCallIsCountedForThoseThatTakeMemory() throws Exception {
    try (AgentJvm jvm = start()) {
      assertThat(jvm.ask("callTaking malloc first 1000")).isEqualTo("called");
      assertThat(jvm.ask("callTaking valloc second 24")).isEqualTo("called");
      assertThat(jvm.ask("callTaking sbrk end 0")).as("where the heap ends").isEqualTo("called");
      awaitUsed(jvm, "malloc", 1_024);
      assertThat(jvm.ask("callGiving free first")).isEqualTo("called");
      awaitUsed(jvm, "malloc", 24);
    }
  }

  @Test
  void whatIsWrittenToAPointerIsCounted() throws Exception {
    try (AgentJvm jvm = start()) {
      assertThat(jvm.ask("posix_memalign_badly none 1000")).isEqualTo("refused");
      assertThat(jvm.ask("posix_memalign first 1000")).isEqualTo("took");
      awaitUsed(jvm, "malloc", 4_000);
      for (String block : new String[] {"first", "first2", "first3"}) {
        assertThat(jvm.ask("free " + block)).isEqualTo("gave");
      }
      awaitUsed(jvm, "malloc", 1_000);
    }
  }

  @Test
  void anArrayIsResized() throws Exception {
    try (AgentJvm jvm = start()) {
      assertThat(jvm.ask("malloc first 1000")).isEqualTo("took");
      assertThat(jvm.ask("reallocarray first 30 100")).isEqualTo("resized");
      awaitUsed(jvm, "malloc", 3_000);
      assertThat(jvm.ask("reallocarray first 4294967296 4294967296")).isEqualTo("refused");
      assertThat(jvm.ask("malloc second 24")).isEqualTo("took");
      awaitUsed(jvm, "malloc", 3_024);
    }
  }

  @Test
  void whatIsNotUnmappedIsNotGivenBack() throws Exception {
    try (AgentJvm jvm = start()) {
      assertThat(jvm.ask("mmap first 8192")).isEqualTo("took");
      assertThat(jvm.ask("munmap first 0 " + (1L << 62))).as("beyond all memory").isEqualTo("-1");
      assertThat(jvm.ask("mmap second 4096")).isEqualTo("took");
      awaitUsed(jvm, "mmap", 12_288);
      assertThat(jvm.ask("munmap first 0 8192")).isEqualTo("0");
      awaitUsed(jvm, "mmap", 4_096);
    }
  }

  /** As for memory that begins at a round address: too much is mapped, and both ends given back. */
  @Test
  void partsOfAMappingMayEnd() throws Exception {
    try (AgentJvm jvm = start()) {
      assertThat(jvm.ask("mmap first 40000")).isEqualTo("took");
      assertThat(jvm.ask("munmap first 0 8192")).isEqualTo("0");
      awaitUsed(jvm, "mmap", 31_808);
      assertThat(jvm.ask("munmap first 32768 7232")).isEqualTo("0");
      awaitUsed(jvm, "mmap", 24_576);
      assertThat(jvm.ask("munmap first 16384 4096")).isEqualTo("0");
      awaitUsed(jvm, "mmap", 20_480);
      assertThat(jvm.ask("munmap first 16384 -4096")).isEqualTo("-1");
      assertThat(jvm.ask("munmap first 8193 8192")).isEqualTo("-1");
      awaitUsed(jvm, "mmap", 20_480);
      assertThat(jvm.ask("munmap first 0 40000")).as("all that is left, with gaps").isEqualTo("0");
      awaitUsed(jvm, "mmap", 0);
    }
  }

  @Test
  void whatIsMappedOverIsNotCountedTwice() throws Exception {
    try (AgentJvm jvm = start()) {
      assertThat(jvm.ask("mmap first 40960")).isEqualTo("took");
      assertThat(jvm.ask("mmapOver first 8192 4096")).isEqualTo("0");
      assertThat(jvm.ask("mmap second 4096")).isEqualTo("took");
      awaitUsed(jvm, "mmap", 45_056);
      assertThat(jvm.ask("mmapOver first 0 40960")).isEqualTo("0");
      assertThat(jvm.ask("munmap second 0 4096")).isEqualTo("0");
      awaitUsed(jvm, "mmap", 40_960);
    }
  }

  @Test
  void whatIsMappedElsewhereIsCountedOnce() throws Exception {
    try (AgentJvm jvm = start()) {
      assertThat(jvm.ask("mmap first 40960")).isEqualTo("took");
      assertThat(jvm.ask("mremap first 40960 81920")).isEqualTo("moved");
      awaitUsed(jvm, "mmap", 81_920);
      assertThat(jvm.ask("mremapFails first 40960")).isEqualTo("-1");
      assertThat(jvm.ask("mmap second 40960")).isEqualTo("took");
      awaitUsed(jvm, "mmap", 122_880);
      assertThat(jvm.ask("mremapOver first 40960 second")).isEqualTo("0");
      awaitUsed(jvm, "mmap", 81_920);
      assertThat(jvm.ask("munmap second 0 40960")).isEqualTo("0");
      awaitUsed(jvm, "mmap", 40_960);
    }
  }
}
