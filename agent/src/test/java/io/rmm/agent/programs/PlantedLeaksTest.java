package io.rmm.agent.programs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.rmm.agent.programs.Answers.Holder;
import java.io.IOException;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import javax.management.JMException;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Leaks beside programs of others that are under load: the site is named within a minute. */
@Tag("programs")
class PlantedLeaksTest {

  private static final Duration MINUTE = Duration.ofMinutes(1);

  private static final Duration LOAD = Duration.ofSeconds(10);

  private static final List<String> KINDS =
      List.of(
          "direct",
          "arena.confined",
          "arena.shared",
          "arena.auto",
          "unsafe",
          "mapped",
          "malloc",
          "mmap");

  static List<String> kinds() {
    return KINDS;
  }

  static List<Workload> chosen() {
    return Programs.chosen();
  }

  @ParameterizedTest
  @MethodSource("kinds")
  void aLeakOfEachKindIsTheFirstOfAllSites(String kind) throws Exception {
    Workload workload = Programs.named("netty-unpooled");
    long begin = System.nanoTime();
    try (ProgramJvm program = workload.start(Launch.withAgent().leaking(kind))) {
      loaded(
          workload,
          program,
          answers ->
              await()
                  .atMost(MINUTE)
                  .untilAsserted(
                      () ->
                          assertThat(answers.holders())
                              .first()
                              .matches(holder -> holder.names(site(kind)), site(kind))));
      System.out.printf("%s: first %d s after the start%n", kind, secondsSince(begin));
    }
  }

  @ParameterizedTest
  @MethodSource("chosen")
  void eightLeaksAtOnceAreAllNamedAsGrowing(Workload workload) throws Exception {
    long begin = System.nanoTime();
    Map<String, Long> named = new TreeMap<>();
    try (ProgramJvm program = workload.start(Launch.withAgent().leaking(String.join(",", KINDS)))) {
      loaded(
          workload,
          program,
          answers -> {
            Map<String, Long> before = live(answers.holders());
            await()
                .atMost(MINUTE)
                .until(
                    () -> {
                      live(answers.holders())
                          .forEach(
                              (kind, bytes) -> {
                                if (bytes > before.getOrDefault(kind, 0L)) {
                                  named.putIfAbsent(kind, secondsSince(begin));
                                }
                              });
                      return named.size() == KINDS.size();
                    });
          });
      System.out.printf("%s: named so many seconds after the start: %s%n", workload.name(), named);
    }
  }

  private static long secondsSince(long begin) {
    return Duration.ofNanos(System.nanoTime() - begin).toSeconds();
  }

  /** Returns the live bytes of the leaks that are among the first sites. */
  private static Map<String, Long> live(List<Holder> holders) {
    Map<String, Long> live = new HashMap<>();
    for (Holder holder : holders) {
      for (String kind : KINDS) {
        if (holder.names(site(kind))) {
          live.merge(kind, holder.liveBytes(), Long::sum);
        }
      }
    }
    return live;
  }

  /** Each kind has a method of its own, of the same name. */
  private static String site(String kind) {
    String method = kind.substring(kind.indexOf('.') + 1);
    return "io.rmm.program.LeakBeside." + method + "(LeakBeside.java:";
  }

  private interface Look {
    void at(Answers answers) throws IOException, JMException;
  }

  /** Looks at a program while it is under load, of which nothing fails. */
  private static void loaded(Workload workload, ProgramJvm program, Look look) throws Exception {
    try (ExecutorService executor = Executors.newSingleThreadExecutor();
        Answers answers = Answers.of(program)) {
      Future<Work> load = executor.submit(() -> workload.load(program, LOAD));
      look.at(answers);
      assertThat(load.get().operations()).isPositive();
    }
    assertThat(program.harm()).isEmpty();
  }
}
