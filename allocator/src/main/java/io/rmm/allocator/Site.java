package io.rmm.allocator;

import java.util.List;

/**
 * A place in the program: the frames of a call stack from the one that called into RMM outwards,
 * without RMM's own frames and cut to what helps.
 *
 * <p>Equal call stacks are equal sites. No frames are known of {@link #UNKNOWN}.
 */
public final class Site {

  /** The site of what was not observed. */
  public static final Site UNKNOWN = new Site(List.of());

  private final List<StackTraceElement> frames;
  private final int hash;

  /** Makes a site of {@code frames}, innermost first. */
  public Site(List<StackTraceElement> frames) {
    this.frames = List.copyOf(frames);
    this.hash = this.frames.hashCode();
  }

  /** Returns the frames, innermost first; empty only in {@link #UNKNOWN}. */
  public List<StackTraceElement> frames() {
    return frames;
  }

  /** Tells whether frames are known. */
  public boolean isKnown() {
    return !frames.isEmpty();
  }

  /** Returns the innermost frame as {@code class.method(file:line)}, or {@code "unknown"}. */
  public String top() {
    return frames.isEmpty() ? "unknown" : format(frames.get(0));
  }

  /** Returns all frames, innermost first, joined by {@code " < "}, or {@code "unknown"}. */
  @Override
  public String toString() {
    return frames.isEmpty()
        ? "unknown"
        : String.join(" < ", frames.stream().map(Site::format).toList());
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof Site site && site.hash == hash && site.frames.equals(frames);
  }

  @Override
  public int hashCode() {
    return hash;
  }

  private static String format(StackTraceElement frame) {
    String file = frame.getFileName();
    return frame.getClassName()
        + "."
        + frame.getMethodName()
        + (file == null ? "" : "(" + file + ":" + frame.getLineNumber() + ")");
  }
}
