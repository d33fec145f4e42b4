package io.rmm.corpus;

import io.rmm.allocator.SafetyMode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** Runs cases that may end their process, and says of each how far it got. */
final class CorpusProgram {

  static final String MODE = "corpus.mode";
  static final String GUARDS = "corpus.guards";

  /** A file with the names of the cases to run. */
  static final String CASES = "corpus.cases";

  static final String BEGIN = "BEGIN ";
  static final String END = "END ";

  private CorpusProgram() {}

  public static void main(String[] args) throws IOException {
    Set<String> names = new HashSet<>(Files.readAllLines(Path.of(System.getProperty(CASES))));
    List<Corpus.Case> cases =
        Corpus.cases(variant -> variant.needs(Variant.Need.CHILD)).stream()
            .filter(each -> names.contains(each.name()))
            .toList();
    Corpus.run(
        cases,
        SafetyMode.valueOf(System.getProperty(MODE)),
        Boolean.getBoolean(GUARDS),
        name -> System.out.println(BEGIN + name),
        (name, result) ->
            System.out.println(
                END + name + " " + result.outcome() + " " + result.evidence().replace('\n', ' ')));
  }
}
