package io.rmm.cli;

import static java.nio.file.StandardOpenOption.READ;
import static java.nio.file.StandardOpenOption.WRITE;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.rmm.allocator.Block;
import io.rmm.allocator.Budget;
import io.rmm.allocator.BudgetLimits;
import io.rmm.allocator.LeakSuspect;
import io.rmm.allocator.MemoryListener;
import io.rmm.allocator.MemoryManager;
import io.rmm.allocator.MemoryMisuseException;
import io.rmm.allocator.SafetyMode;
import io.rmm.allocator.signal.EventType;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.MappedByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.logging.Handler;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import jdk.jfr.Recording;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Reports a recording of a real memory manager that was misused, from events that it committed. */
class RealRecordingTest {

  private static final long BLOCK = 1 << 20;

  @TempDir private static Path directory;
  private static Path recording;

  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();

  @BeforeAll
  static void record() throws IOException {
    recording = directory.resolve("real.jfr");
    try (Recording jfr = new Recording()) {
      for (EventType type : EventType.values()) {
        jfr.enable(type.eventName());
      }
      jfr.enable("jdk.JavaErrorThrow").withStackTrace();
      jfr.start();
      misuseMemory();
      hitAGuard();
      jfr.stop();
      jfr.dump(recording);
    }
  }

  private static void misuseMemory() {
    AtomicInteger suspects = new AtomicInteger();
    MemoryListener listener =
        new MemoryListener() {
          @Override
          public void onLeak(LeakSuspect suspect) {
            suspects.incrementAndGet();
          }
        };
    try (MemoryManager manager =
        MemoryManager.builder()
            .name("shop")
            .sampleInterval(BLOCK / 16)
            .listener(listener)
            .build()) {
      Budget carts = manager.rootBudget().child("carts", BudgetLimits.hard(256 * BLOCK));
      freeTwice(carts);
      lose(carts);
      await()
          .untilAsserted(
              () -> {
                System.gc();
                assertThat(suspects).hasPositiveValue();
              });
    }
  }

  private static void freeTwice(Budget budget) {
    Block block = budget.allocate(4096);
    block.close();
    assertThatExceptionOfType(MemoryMisuseException.class).isThrownBy(() -> block.close());
  }

  private static void lose(Budget budget) {
    for (int i = 0; i < 20; i++) {
      budget.allocate(BLOCK);
    }
  }

  /** A library's cache that keeps a view for longer than its block, and swallows what it gets. */
  private static void hitAGuard() {
    try (MemoryManager manager =
        MemoryManager.builder().name("guarded").safetyMode(SafetyMode.PARANOID).build()) {
      MemorySegment view = viewOfADeadBlock(manager);
      // In this thread, and not by Awaitility: it is by its stack that the error is known.
      assertThat(isRefused(view)).isTrue();
      try (ExecutorService pool = Executors.newSingleThreadExecutor()) {
        CompletableFuture.runAsync(() -> manager.allocate(1000).close(), pool).join();
        CompletableFuture.runAsync(RealRecordingTest::readATruncatedFile, pool).join();
      }
    }
  }

  /** The JVM says the same of it as of a guard. */
  private static void readATruncatedFile() {
    Path file = directory.resolve("mapped");
    try {
      Files.write(file, new byte[1 << 16]);
      readAfterTruncation(file);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static void readAfterTruncation(Path file) throws IOException {
    try (FileChannel channel = FileChannel.open(file, READ, WRITE)) {
      MappedByteBuffer mapped = channel.map(FileChannel.MapMode.READ_ONLY, 0, 1 << 16);
      channel.truncate(0);
      assertThatExceptionOfType(InternalError.class).isThrownBy(() -> mapped.get(1 << 15));
    }
  }

  private static MemorySegment viewOfADeadBlock(MemoryManager manager) {
    try (Block block = manager.allocate(1000)) {
      return block.segment();
    }
  }

  private static boolean isRefused(MemorySegment view) {
    try {
      byte _ = view.get(ValueLayout.JAVA_BYTE, 0);
      return false;
    } catch (InternalError e) {
      return true;
    }
  }

  @Test
  void namesTheBlockThatAGuardGuarded() throws IOException {
    Path data = directory.resolve("guards.json");
    assertThat(execute("--json", data.toString())).isZero();

    JsonNode misuses = new JsonMapper().readTree(Files.readString(data)).path("misuses");
    List<String> kinds = misuses.findValuesAsText("kind");
    assertThat(kinds).contains("USE_AFTER_FREE");
    JsonNode hit = misuses.get(kinds.indexOf("USE_AFTER_FREE"));
    assertThat(frames(hit.path("detectionSite")).getFirst())
        .contains("RealRecordingTest.isRefused");
    assertThat(frames(hit.path("allocationSite")).getFirst())
        .contains("RealRecordingTest.viewOfADeadBlock");
    assertThat(hit.path("largestBlockBytes").asLong()).isEqualTo(1000);
    assertThat(hit.path("accounts").path(0).asText()).contains("memory manager 'guarded'");
    assertThat(misuses.toString()).doesNotContain("readAfterTruncation");
  }

  @Test
  void namesTheFaultsWithTheirSites() throws IOException {
    Path data = directory.resolve("data.json");
    assertThat(execute("--json", data.toString())).isZero();

    JsonNode json = new JsonMapper().readTree(Files.readString(data));
    List<String> kinds = json.path("misuses").findValuesAsText("kind");
    assertThat(kinds).contains("DOUBLE_FREE", "LEAK");
    JsonNode doubleFree = json.path("misuses").get(kinds.indexOf("DOUBLE_FREE"));
    assertThat(doubleFree.path("largestBlockBytes").asLong()).isEqualTo(4096);
    assertThat(doubleFree.path("accounts").path(0).asText())
        .isEqualTo("budget 'root/carts' of memory manager 'shop'");
    assertThat(frames(doubleFree.path("detectionSite")))
        .anyMatch(frame -> frame.contains("freeTwice"));
    assertThat(frames(json.at("/lostBlocks/0/allocationSite")))
        .anyMatch(frame -> frame.contains("RealRecordingTest.lose"));
    assertThat(json.at("/lostBlocks/0/estimatedBytes").asLong()).isPositive();
    assertThat(json.path("managers").findValuesAsText("manager"))
        .containsExactly("guarded", "shop");
    assertThat(json.path("budgets").findValuesAsText("budget")).contains("root", "root/carts");
  }

  @Test
  void writesAPageBesideTheRecordingAndSaysSo() {
    assertThat(execute()).isZero();

    Path page = directory.resolve("real.html");
    assertThat(page).content().startsWith("<!DOCTYPE html>").contains("RealRecordingTest.lose");
    assertThat(err.toString()).isEmpty();
    assertThat(out.toString())
        .contains("WARNING  Double free, at ")
        .contains("freeTwice")
        .contains("RealRecordingTest.lose")
        .endsWith("Page: " + page + System.lineSeparator());
  }

  @Test
  void keepsTheLogOfMissionControlOffTheTerminal() {
    List<String> records = new ArrayList<>();
    Handler handler =
        new Handler() {
          @Override
          public void publish(LogRecord entry) {
            // Managers of tests before may still have something to say.
            if (!entry.getLoggerName().startsWith("io.rmm")) {
              records.add(entry.getLoggerName() + ": " + entry.getMessage());
            }
          }

          @Override
          public void flush() {}

          @Override
          public void close() {}
        };
    Logger root = Logger.getLogger("");
    root.addHandler(handler);
    try {
      assertThat(execute()).isZero();
    } finally {
      root.removeHandler(handler);
    }

    assertThat(records).isEmpty();
  }

  @Test
  void anUnwritableOutputIsOneLineAndNothingIsLeftBehind() {
    Path page = directory.resolve("no").resolve("page.html");
    Path data = directory.resolve("unwanted.json");

    assertThat(execute("--json", data.toString(), "--html", page.toString())).isEqualTo(1);
    assertThat(err.toString().lines())
        .singleElement()
        .asString()
        .startsWith(
            "rmm: " + page + " cannot be written (its folder does not exist or takes no files)");
    assertThat(data).doesNotExist();
    assertThat(directory).isDirectoryNotContaining("glob:**.rmm-*");
  }

  private int execute(String... options) {
    List<String> arguments = new ArrayList<>(List.of("report", recording.toString()));
    arguments.addAll(List.of(options));
    return Rmm.commandLine()
        .setOut(new PrintWriter(out, true))
        .setErr(new PrintWriter(err, true))
        .execute(arguments.toArray(String[]::new));
  }

  private static List<String> frames(JsonNode site) {
    List<String> frames = new ArrayList<>();
    site.forEach(frame -> frames.add(frame.asText()));
    return frames;
  }
}
