package io.rmm.dashboards.console;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.rmm.allocator.Block;
import io.rmm.allocator.BudgetLimits;
import io.rmm.allocator.MemoryManager;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PipedInputStream;
import java.io.PipedOutputStream;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jline.terminal.Size;
import org.jline.terminal.Terminal;
import org.jline.terminal.TerminalBuilder;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** On a terminal whose two ends the test holds, with a manager of this very JVM. */
class LiveConsoleTest {

  private static final Duration PERIOD = Duration.ofMillis(50);

  private final MemoryManager manager = MemoryManager.builder().name("live").build();
  private final Block block =
      manager.rootBudget().child("tenant", BudgetLimits.hard(1 << 20)).allocate(1_000);
  private final BeanReader reader = new BeanReader(ManagementFactory.getPlatformMBeanServer());
  private final ByteArrayOutputStream screen = new ByteArrayOutputStream();
  private final PipedOutputStream keyboard = new PipedOutputStream();
  private Terminal terminal;

  @BeforeEach
  void open() throws IOException {
    manager.awaitViews();
    terminal =
        TerminalBuilder.builder()
            .system(false)
            .streams(new PipedInputStream(keyboard), screen)
            .type("xterm")
            .size(Size.of(100, 30))
            .encoding(StandardCharsets.UTF_8)
            .build();
  }

  @AfterEach
  void close() throws IOException {
    terminal.close();
    block.close();
    manager.close();
  }

  private CompletableFuture<String> run(LiveConsole console) {
    return CompletableFuture.supplyAsync(
        () -> {
          try {
            return console.run();
          } catch (IOException e) {
            throw new AssertionError(e);
          }
        });
  }

  private LiveConsole console(LiveConsole.Source source) {
    return new LiveConsole(terminal, "process 1", source, PERIOD, Order.USED, true);
  }

  private void awaitOnScreen(String text) {
    await()
        .atMost(Duration.ofMinutes(1))
        .untilAsserted(() -> assertThat(screen.toString(StandardCharsets.UTF_8)).contains(text));
  }

  private void press(String keys) throws IOException {
    keyboard.write(keys.getBytes(StandardCharsets.UTF_8));
    keyboard.flush();
  }

  @Test
  void drawsAndQuits() throws Exception {
    CompletableFuture<String> end = run(console(reader::read));
    awaitOnScreen("root/tenant");
    awaitOnScreen("q quit");
    press("q");
    assertThat(end.get(1, TimeUnit.MINUTES)).isEmpty();
  }

  @Test
  void aKeySortsAndAnArrowDoesNothing() throws Exception {
    manager.rootBudget().child("idle", BudgetLimits.unlimited());
    CompletableFuture<String> end = run(console(reader::read));
    awaitOnScreen("2 of 3 budgets, by used");
    press("\u001b[A");
    press("n");
    awaitOnScreen("name");
    press("q");
    assertThat(end.get(1, TimeUnit.MINUTES)).isEmpty();
  }

  @Test
  void aNewSizeIsDrawn() throws Exception {
    CompletableFuture<String> end = run(console(reader::read));
    awaitOnScreen("q quit");
    screen.reset();
    terminal.setSize(Size.of(60, 12));
    awaitOnScreen("MANAGER");
    press("q");
    assertThat(end.get(1, TimeUnit.MINUTES)).isEmpty();
  }

  @ParameterizedTest
  @CsvSource({"1, 1", "3, 2", "10, 3"})
  void theSmallestTerminalIsDrawnOn(int columns, int rows) throws Exception {
    terminal.setSize(Size.of(columns, rows));
    CompletableFuture<String> end = run(console(reader::read));
    awaitOnScreen("q quit".substring(0, Math.min(columns, 6)));
    press("q");
    assertThat(end.get(1, TimeUnit.MINUTES)).isEmpty();
  }

  @Test
  void aProgramThatDoesNotAnswerIsSaidNotTo() throws Exception {
    CountDownLatch hang = new CountDownLatch(1);
    CompletableFuture<String> end =
        run(
            console(
                () -> {
                  if (screen.size() > 0
                      && screen.toString(StandardCharsets.UTF_8).contains("tenant")) {
                    try {
                      hang.await();
                    } catch (InterruptedException e) {
                      throw new IOException(e);
                    }
                  }
                  return reader.read();
                }));
    awaitOnScreen("no answer for ");
    hang.countDown();
    awaitOnScreen("q quit");
    press("q");
    assertThat(end.get(1, TimeUnit.MINUTES)).isEmpty();
  }

  @Test
  void theEndOfReadingsEndsIt() throws Exception {
    CompletableFuture<String> end =
        run(
            console(
                () -> {
                  throw new IOException("the program has ended");
                }));
    assertThat(end.get(1, TimeUnit.MINUTES)).isEqualTo("the program has ended");
  }

  @Test
  void theEndOfTheTerminalEndsIt() throws Exception {
    CompletableFuture<String> end = run(console(reader::read));
    awaitOnScreen("root/tenant");
    keyboard.close();
    assertThat(end.get(1, TimeUnit.MINUTES)).isEmpty();
  }

  @Test
  void itCanBeStoppedFromOutside() throws Exception {
    LiveConsole console = console(reader::read);
    CompletableFuture<String> end = run(console);
    awaitOnScreen("root/tenant");
    console.stop();
    assertThat(end.get(1, TimeUnit.MINUTES)).isEmpty();
  }
}
