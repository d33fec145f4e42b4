package io.rmm.jfr;

import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;

/**
 * A list of patterns for paths of budgets, separated by commas: {@code root/orders*,root/web}. What
 * a pattern says is told at {@link Glob}; a backslash before a comma makes it a part of a name.
 *
 * <p>Blanks count, because names may begin or end with them. A pattern is held against the whole
 * path, and a star goes over slashes too: {@code root/orders} means that budget alone, {@code
 * root/orders*} all below it as well.
 *
 * <p>Answers are kept, because matching a pattern takes longer than recording a block.
 */
final class BudgetPatterns {

  private static final String EVERY = "*";

  /** Every budget. */
  static final BudgetPatterns ALL = new BudgetPatterns(new TreeSet<>(List.of(EVERY)));

  /** More budgets than a process has for long; beyond, each question is worked out anew. */
  private static final int MOST_ANSWERS = 4_096;

  private final SortedSet<String> texts;
  private final List<Glob> globs;
  private final boolean all;
  private final Map<String, Boolean> answers = new ConcurrentHashMap<>();

  private BudgetPatterns(SortedSet<String> texts) {
    this.texts = Collections.unmodifiableSortedSet(texts);
    this.globs = texts.stream().map(Glob::new).toList();
    this.all = texts.contains(EVERY);
  }

  /** Understands every text in which there is a pattern. */
  static Optional<BudgetPatterns> parse(String text) {
    SortedSet<String> texts = new TreeSet<>();
    StringBuilder pattern = new StringBuilder();
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (c == ',') {
        texts.add(pattern.toString());
        pattern.setLength(0);
      } else {
        pattern.append(c);
        if (c == '\\') {
          // What follows is no separator. At the end, a backslash means itself.
          i++;
          pattern.append(i < text.length() ? text.charAt(i) : c);
        }
      }
    }
    texts.add(pattern.toString());
    texts.remove("");
    return texts.isEmpty() ? Optional.empty() : Optional.of(of(texts));
  }

  private static BudgetPatterns of(SortedSet<String> texts) {
    return texts.contains(EVERY) ? ALL : new BudgetPatterns(texts);
  }

  /** Tells whether the budget of that path is meant. */
  boolean matches(String path) {
    return all || matchesOne(path);
  }

  private boolean matchesOne(String path) {
    Boolean answer = answers.get(path);
    if (answer == null) {
      answer = globs.stream().anyMatch(glob -> glob.matches(path));
      if (answers.size() < MOST_ANSWERS) {
        answers.put(path, answer);
      }
    }
    return answer;
  }

  /** Returns the patterns that match whatever one of the two matches. */
  BudgetPatterns union(BudgetPatterns other) {
    SortedSet<String> union = new TreeSet<>(texts);
    union.addAll(other.texts);
    return of(union);
  }

  @Override
  public String toString() {
    return String.join(",", texts);
  }
}
