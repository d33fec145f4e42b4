package io.rmm.agent.programs;

import static org.assertj.core.api.Assertions.assertThat;

import io.rmm.agent.programs.Answers.Holder;
import java.io.IOException;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import javax.management.JMException;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Programs of others, unchanged, with the agent: each works, and what they take is told. */
@Tag("programs")
class ProgramsTest {

  private static final Duration LOAD = Duration.ofSeconds(20);
  private static final long EACH_MILLIS = 500;

  /** Sites of the program that are printed. */
  private static final int PRINTED = 3;

  static List<Workload> chosen() {
    return Programs.chosen();
  }

  @ParameterizedTest
  @MethodSource("chosen")
  void worksUnderLoadAndIsToldByKindAndSite(Workload workload) throws Exception {
    Launch launch =
        Launch.withAgent(workload.agentOptions()).and("-XX:NativeMemoryTracking=summary");
    Seen seen = new Seen();
    try (ProgramJvm program = workload.start(launch)) {
      Work work = seen.during(program, () -> workload.load(program, LOAD));
      seen.print(workload, work);
      assertThat(program.harm()).isEmpty();
    }
    assertThat(seen.taken.keySet()).containsAll(workload.kinds());
    assertThat(seen.misuses).isZero();
    assertThat(seen.agreesWithTheJdk).isTrue();
    if (!workload.kinds().isEmpty()) {
      assertThat(seen.owned).anyMatch(site -> site.startsWith(workload.owner()));
    }
  }

  /** What the agent has answered while a program worked: the last of it, before its end. */
  private static final class Seen {

    private Map<String, Long> taken = Map.of();
    private Map<String, Long> used = Map.of();
    private List<Holder> holders = List.of();
    private Answers.Ledger ledger;
    private long misuses;
    private final Set<String> owned = new HashSet<>();

    /** Both are read one after the other while the program works on: equal at some time. */
    private boolean agreesWithTheJdk;

    Work during(ProgramJvm program, Callable<Work> load) throws Exception {
      try (ExecutorService executor = Executors.newSingleThreadExecutor();
          Answers answers = Answers.of(program)) {
        Future<Work> work = executor.submit(load);
        while (!work.isDone()) {
          look(answers);
          Thread.sleep(EACH_MILLIS);
        }
        return work.get();
      }
    }

    private void look(Answers answers) throws IOException, JMException {
      taken = answers.taken();
      used = answers.used();
      agreesWithTheJdk |=
          answers.used("direct") + answers.used("arena.auto") == answers.bufferPool("direct");
      misuses = answers.misuses();
      holders = answers.holders();
      holders.forEach(holder -> owned.add(holder.first()));
      ledger = answers.ledger();
    }

    void print(Workload workload, Work work) {
      System.out.printf("%n%s: %,.1f a second%n", workload.name(), work.rate());
      System.out.printf("  taken, times: %s%n  held, bytes: %s%n", taken, used);
      holders.stream()
          .limit(PRINTED)
          .forEach(
              holder ->
                  System.out.printf(
                      "  %,d  %s%n", holder.liveBytes(), String.join(" < ", holder.frames())));
      System.out.printf(
          "  resident %,d, explained %.1f %%%n  %s%n  %s%n",
          ledger.resident(), 100 * ledger.share(), ledger.lines(), ledger.notes());
    }
  }
}
