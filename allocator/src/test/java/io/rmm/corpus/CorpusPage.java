package io.rmm.corpus;

import io.rmm.allocator.SafetyMode;
import java.util.EnumMap;
import java.util.Map;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** The page that shows what became of the corpus. */
final class CorpusPage {

  private final Map<SafetyMode, Map<String, Corpus.Result>> results;
  private final StringBuilder page = new StringBuilder(8_192);

  private CorpusPage(Map<SafetyMode, Map<String, Corpus.Result>> results) {
    this.results = results;
  }

  static String of(Map<SafetyMode, Map<String, Corpus.Result>> results) {
    CorpusPage page = new CorpusPage(results);
    page.addHead();
    page.addConfusion();
    page.addVariants();
    return page.page.toString();
  }

  private void addHead() {
    int flows = Flow.values().length;
    int variants = Corpus.VARIANTS.size();
    page.append(
        """
      # The misuse corpus

      <!-- Written by CorpusTest, run with -Dcorpus.write=true. -->

      Programs that misuse memory, and what RMM makes of each: %d variants in %d flows are %d bad cases, each with
      a good twin that does the same right. The kinds of weakness are those of NIST's Juliet suite for C that have
      a meaning for an allocator of the JVM, and the programs are written anew for this API; see
      [the package](../allocator/src/test/java/io/rmm/corpus/package-info.java). The flows: straight
      line, other method, other class, through a collection, other thread, exception path. `CorpusTest` runs all of
      them in every mode and compares the results with this page.

      - **detected**: *thrown* (by the method that was called, with the report or the numbers), *reported* (to
        listeners: at the free, by the sweep, at the end of the quarantine or of the manager), or *explained* (the
        JDK refused it, and `MemoryManager.explain` names the right block).
      - **refused only**: it had no effect, and the exception is the JDK's; the block is not named.
      - **missed**: nobody noticed.

      Sampling is off: what is found by chance in production (`STANDARD`, `SAFE`) counts as missed here. What the C
      library does is run in processes of its own, in `PARANOID` without guard pages, which end the process by
      chance of the block's alignment; see [Guarded blocks](guards.md). `GuardedCorpusTest` runs them with guards: no
      good twin dies, and of each bad case that does the slot file tells what it was. What overruns
      write is a zero or several bytes: one random byte goes unnoticed once in 256 times.

      """
            .formatted(variants, flows, variants * flows));
  }

  // ---- by weakness ----

  private void addConfusion() {
    page.append("## Confusion table\n\n")
        .append("True positives / refused only / false negatives, of the bad cases.\n")
        .append("In the last column false positives of the good twins, in all modes.\n\n")
        .append("| weakness | cases |");
    forModes(mode -> " " + mode + " |");
    page.append(" good twins accused |\n|---|---|");
    forModes(_ -> "---|");
    page.append("---|\n");
    for (Cwe cwe : Cwe.values()) {
      addRow(cwe + ", " + cwe.title, variant -> variant.cwe() == cwe);
    }
    addRow("all", _ -> true);
  }

  private void addRow(String title, Predicate<Variant> which) {
    page.append("| ").append(title).append(" | ").append(names(which, true).count()).append(" |");
    forModes(
        mode -> {
          long detected = count(mode, which, Outcome::isDetected);
          long refused = count(mode, which, outcome -> outcome == Outcome.REFUSED);
          long rest = names(which, true).count() - detected - refused;
          return " " + detected + " / " + refused + " / " + rest + " |";
        });
    page.append(" ").append(accused(which)).append(" |\n");
  }

  private long count(SafetyMode mode, Predicate<Variant> which, Predicate<Outcome> counted) {
    return names(which, true)
        .filter(name -> counted.test(results.get(mode).get(name).outcome()))
        .count();
  }

  private long accused(Predicate<Variant> which) {
    return Stream.of(SafetyMode.values())
        .flatMap(mode -> names(which, false).map(results.get(mode)::get))
        .filter(result -> result.outcome() != Outcome.MISSED)
        .count();
  }

  private static Stream<String> names(Predicate<Variant> which, boolean isBad) {
    return Corpus.cases(which).stream()
        .filter(each -> each.isBad() == isBad)
        .map(Corpus.Case::name);
  }

  // ---- by variant ----

  private void addVariants() {
    page.append("\n## Variants\n\nWhat becomes of each, in all flows unless told otherwise.\n\n")
        .append("| variant |");
    forModes(mode -> " " + mode + " |");
    page.append("\n|---|");
    forModes(_ -> "---|");
    page.append('\n');
    for (Variant variant : Corpus.VARIANTS) {
      page.append("| `").append(variant.cwe()).append('_').append(variant.name()).append("` |");
      forModes(mode -> " " + outcomes(mode, variant) + " |");
      page.append('\n');
    }
  }

  private String outcomes(SafetyMode mode, Variant variant) {
    Map<Outcome, Long> outcomes =
        names(variant::equals, true)
            .map(name -> results.get(mode).get(name).outcome())
            .collect(
                Collectors.groupingBy(
                    outcome -> outcome, () -> new EnumMap<>(Outcome.class), Collectors.counting()));
    if (outcomes.size() == 1) {
      return outcomes.keySet().iterator().next().title;
    }
    return outcomes.entrySet().stream()
        .map(entry -> entry.getValue() + " " + entry.getKey().title)
        .collect(Collectors.joining(", "));
  }

  private interface Cell {
    String of(SafetyMode mode);
  }

  private void forModes(Cell cell) {
    for (SafetyMode mode : SafetyMode.values()) {
      page.append(cell.of(mode));
    }
  }
}
