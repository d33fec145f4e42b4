package io.rmm.allocator;

import static org.assertj.core.api.Assertions.assertThat;

import io.rmm.allocator.observe.Sampler;
import io.rmm.allocator.source.PageSources;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import jdk.jfr.Recording;
import jdk.jfr.consumer.RecordingFile;
import org.junit.jupiter.api.Test;

/**
 * Threads that are interrupted by signals all the while, as a profiler does it: JFR's profiler of
 * processor time has the kernel send each running thread a signal every millisecond.
 */
class SignalHeavyTest {

  private static final int THREADS = 3;
  private static final int MIN_SIGNALS = 500;

  @Test
  void aProfiledProcessKeepsTheInvariants() throws Exception {
    ChildJvm.Result result = ChildJvm.run(Profiled.class, List.of());
    assertThat(result.exitCode()).as(result.output()).isZero();
    assertThat(result.output()).contains("invariants hold");
  }

  /** Runs random programs under the profiler, until it has sent enough signals. */
  static final class Profiled {

    private Profiled() {}

    @SuppressWarnings("SystemOut")
    public static void main(String[] args) throws Exception {
      Engine engine =
          new Engine(
              "profiled",
              PageSources.named("linux"),
              new Sampler(SafetyMode.STANDARD, 64 << 10),
              BudgetLimits.unlimited());
      long signals = 0;
      for (int round = 0; signals < MIN_SIGNALS; round++) {
        signals += profile(engine, round);
      }
      System.out.println("invariants hold after " + signals + " signals");
    }

    private static long profile(Engine engine, int round) throws Exception {
      Path file = Files.createTempFile("profiled", ".jfr");
      try (Recording recording = new Recording()) {
        recording.enable("jdk.CPUTimeSample").with("throttle", "1 ms");
        recording.enable("jdk.ExecutionSample").with("period", "1 ms");
        recording.start();
        runPrograms(engine, round);
        recording.stop();
        recording.dump(file);
        return RecordingFile.readAllEvents(file).stream()
            .filter(event -> event.getEventType().getName().equals("jdk.CPUTimeSample"))
            .count();
      } finally {
        Files.delete(file);
      }
    }

    private static void runPrograms(Engine engine, int round) throws Exception {
      Exchange exchange = new Exchange();
      List<RandomProgram> programs = new ArrayList<>();
      for (int i = 0; i < THREADS; i++) {
        programs.add(new RandomProgram(engine, THREADS * round + i, exchange, false));
      }
      AtomicInteger running = new AtomicInteger(THREADS);
      Threads.together(
          THREADS + 1,
          number -> {
            if (number == THREADS) {
              while (running.get() > 0) {
                engine.tick();
              }
              return;
            }
            try {
              for (int step = 0; step < 5_000; step++) {
                programs.get(number).step();
              }
              programs.get(number).endThread();
            } finally {
              running.decrementAndGet();
            }
          });
      RandomModel model = new RandomModel(engine, programs, exchange);
      model.check();
      model.freeAll();
    }
  }
}
