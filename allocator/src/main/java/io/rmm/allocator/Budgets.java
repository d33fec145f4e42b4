package io.rmm.allocator;

import java.util.Objects;
import java.util.function.Consumer;

/** The tree of budgets of one manager: how it grows, and how limits change. */
final class Budgets {

  static final String ROOT = "root";

  /** Every heap has a cell for every budget that it works for. */
  private static final int MAX_BUDGETS = 4096;

  /** An exact charge climbs all levels, and a path names them all. */
  private static final int MAX_DEPTH = 32;

  private static final int MAX_NAME_LENGTH = 128;

  private final Engine engine;
  private final BudgetNode root;
  private int count = 1;

  Budgets(Engine engine, BudgetLimits limits) {
    this.engine = engine;
    this.root = new BudgetNode(engine, 0, null, ROOT, limits);
  }

  BudgetNode root() {
    return root;
  }

  synchronized BudgetNode add(BudgetNode parent, String name, BudgetLimits limits) {
    Objects.requireNonNull(limits, "limits");
    checkName("budget", name);
    if (parent.nodes().stream().anyMatch(child -> child.name().equals(name))) {
      throw new IllegalArgumentException(
          "budget " + parent.path() + " has a child called " + name + " already");
    }
    engine.checkOpen();
    if (count >= MAX_BUDGETS) {
      throw new IllegalStateException("a memory manager has " + MAX_BUDGETS + " budgets at most");
    }
    if (depth(parent) >= MAX_DEPTH) {
      throw new IllegalStateException("budgets are nested " + MAX_DEPTH + " deep at most");
    }
    BudgetNode node = new BudgetNode(engine, count++, parent, name, limits);
    parent.addNode(node);
    return node;
  }

  private static int depth(BudgetNode node) {
    int depth = 0;
    for (BudgetNode above = node; above != null; above = above.parent()) {
      depth++;
    }
    return depth;
  }

  /** Checks the name of a budget or of a manager. */
  static void checkName(String what, String name) {
    Objects.requireNonNull(name, "name");
    if (name.isBlank()
        || name.length() > MAX_NAME_LENGTH
        || name.chars().anyMatch(c -> c == '/' || Character.isISOControl(c))) {
      throw new IllegalArgumentException(
          "the name of a "
              + what
              + " must have 1 to "
              + MAX_NAME_LENGTH
              + " characters, not all blank, without / and control characters");
    }
  }

  synchronized void setLimits(BudgetNode node, BudgetLimits limits) {
    if (node.isLimited() == limits.isLimited()) {
      node.replaceLimits(limits);
    } else {
      engine
          .heaps()
          .exclusively(
              () -> {
                long used = node.usage().usedBytes();
                node.setLimited(limits, used);
                // From here on a peak is noted by each charge.
                node.notePeak(used);
                forEach(node, BudgetNode::refresh);
              });
    }
    if (node == root) {
      engine.pool().setCommitLimit(limits.hard());
    }
  }

  /** Calls {@code action} with each node from {@code node} on, parents before children. */
  static void forEach(BudgetNode node, Consumer<BudgetNode> action) {
    action.accept(node);
    for (BudgetNode child : node.nodes()) {
      forEach(child, action);
    }
  }
}
