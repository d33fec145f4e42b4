package io.rmm.allocator.guard;

import io.rmm.allocator.postmortem.Slot;

/**
 * Where the slack of a guarded block was written to.
 *
 * @param behind the offset of the first such byte behind the block, or -1
 * @param before the offset of the last such byte before the block, which is negative, or 0
 */
record Damage(long behind, long before) {

  static final Damage NONE = new Damage(-1, 0);

  /** Looks at the slack of a block whose pages are open. */
  static Damage of(Slot slot) {
    long pattern = Slack.pattern(slot.blockId());
    long behind = Slack.firstDamaged(slot.blockEnd(), slot.end(), pattern);
    long before = Slack.lastDamaged(slot.start(), slot.address(), pattern);
    return new Damage(
        behind == slot.end() ? -1 : behind - slot.address(),
        before < slot.start() ? 0 : before - slot.address());
  }
}
