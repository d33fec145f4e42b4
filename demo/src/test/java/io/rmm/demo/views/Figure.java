package io.rmm.demo.views;

import java.util.Comparator;

/**
 * One figure of one manager, whichever view shows it and under whichever name.
 *
 * @param part what it is a figure of
 * @param of which of these: the path of a budget, the bytes of a slot or the name of a kind of
 *     misuse; empty for the total
 * @param name what is counted
 */
record Figure(Part part, String of, String name) implements Comparable<Figure> {

  /** What there are figures of. */
  enum Part {
    TOTAL,
    BUDGET,
    SIZE_CLASS,
    MISUSE
  }

  private static final Comparator<Figure> ORDER =
      Comparator.comparing(Figure::part).thenComparing(Figure::of).thenComparing(Figure::name);

  static Figure total(String name) {
    return new Figure(Part.TOTAL, "", name);
  }

  static Figure budget(String path, String name) {
    return new Figure(Part.BUDGET, path, name);
  }

  static Figure sizeClass(long slotBytes, String name) {
    return new Figure(Part.SIZE_CLASS, String.valueOf(slotBytes), name);
  }

  static Figure misuses(String kind) {
    return new Figure(Part.MISUSE, kind, "count");
  }

  @Override
  public int compareTo(Figure other) {
    return ORDER.compare(this, other);
  }
}
