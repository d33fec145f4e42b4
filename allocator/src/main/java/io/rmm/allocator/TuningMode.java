package io.rmm.allocator;

/** What a tuner is allowed to do. */
public enum TuningMode {
  /** It looks at nothing and decides nothing; knobs stay as they are. */
  OFF,
  /** It decides, and tells what it would have done, but leaves the knobs as they are. */
  ADVISE,
  /** It does what it decides. */
  APPLY
}
