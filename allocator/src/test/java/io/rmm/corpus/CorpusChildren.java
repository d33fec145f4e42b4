package io.rmm.corpus;

import io.rmm.allocator.ChildJvm;
import io.rmm.allocator.SafetyMode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Runs cases in processes of their own: all in one, and if one of them ends it, the others in
 * another.
 */
final class CorpusChildren {

  private CorpusChildren() {}

  static Map<String, Corpus.Result> run(List<Corpus.Case> cases, SafetyMode mode)
      throws IOException, InterruptedException {
    Set<String> left = new LinkedHashSet<>();
    cases.forEach(each -> left.add(each.name()));
    Map<String, Corpus.Result> results = new LinkedHashMap<>();
    Path names = Files.createTempFile("corpus", ".txt");
    try {
      while (!left.isEmpty()) {
        Files.write(names, left);
        String last = runSome(names, mode, results);
        left.removeAll(results.keySet());
        if (!left.isEmpty()) {
          results.put(last, new Corpus.Result(Outcome.DIED, ""));
          if (!left.remove(last)) {
            throw new AssertionError("died outside a case: " + last);
          }
        }
      }
    } finally {
      Files.delete(names);
    }
    return results;
  }

  /** Runs what is in {@code names}, adds to {@code results}, and returns what was begun last. */
  private static String runSome(Path names, SafetyMode mode, Map<String, Corpus.Result> results)
      throws IOException, InterruptedException {
    ChildJvm.Result child =
        ChildJvm.run(
            CorpusProgram.class,
            new ArrayList<>(
                List.of(
                    "-D" + CorpusProgram.MODE + "=" + mode,
                    "-D" + CorpusProgram.CASES + "=" + names,
                    "-XX:ErrorFile=target/hs_err_corpus_%p.log")));
    String last = child.output();
    for (String line : child.output().lines().toList()) {
      if (line.startsWith(CorpusProgram.BEGIN)) {
        last = line.substring(CorpusProgram.BEGIN.length());
      } else if (line.startsWith(CorpusProgram.END)) {
        String[] parts = line.substring(CorpusProgram.END.length()).split(" ", 3);
        results.put(parts[0], new Corpus.Result(Outcome.valueOf(parts[1]), parts[2]));
      }
    }
    return last;
  }
}
