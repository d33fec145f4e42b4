package io.rmm.corpus;

import io.rmm.allocator.ChildJvm;
import io.rmm.allocator.SafetyMode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Runs cases in processes of their own: all in one, and if one of them ends it, the others in
 * another. Of a process that a guard has ended is found out which block it was.
 */
final class CorpusChildren {

  private final SafetyMode mode;
  private final boolean hasGuards;
  private final Map<String, Corpus.Result> results = new LinkedHashMap<>();

  CorpusChildren(SafetyMode mode, boolean hasGuards) {
    this.mode = mode;
    this.hasGuards = hasGuards;
  }

  Map<String, Corpus.Result> run(List<Corpus.Case> cases) throws Exception {
    Map<String, Variant> left = new LinkedHashMap<>();
    cases.forEach(each -> left.put(each.name(), each.variant()));
    Path directory = Files.createTempDirectory("corpus");
    try {
      while (!left.isEmpty()) {
        Autopsy autopsy = new Autopsy(directory);
        String last = runSome(directory, left.keySet());
        left.keySet().removeAll(results.keySet());
        if (!left.isEmpty()) {
          Variant died = left.remove(last);
          if (died == null) {
            throw new AssertionError("died outside a case: " + last);
          }
          results.put(last, autopsy.of(died));
        }
        autopsy.clear();
      }
    } finally {
      new Autopsy(directory).clear();
      Files.delete(directory);
    }
    return results;
  }

  /** Runs what is in {@code names}, and returns what was begun last. */
  private String runSome(Path directory, Set<String> names)
      throws IOException, InterruptedException {
    Path file = Files.write(directory.resolve("names"), new LinkedHashSet<>(names));
    ChildJvm.Result child =
        ChildJvm.run(
            CorpusProgram.class,
            List.of(
                "-D" + CorpusProgram.MODE + "=" + mode,
                "-D" + CorpusProgram.GUARDS + "=" + hasGuards,
                "-D" + CorpusProgram.CASES + "=" + file,
                "-Drmm.guard.dir=" + directory.resolve("slots"),
                "-XX:ErrorFile=" + directory.resolve("hs_err")));
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
