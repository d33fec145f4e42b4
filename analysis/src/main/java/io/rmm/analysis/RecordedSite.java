package io.rmm.analysis;

import java.util.List;

/**
 * A call stack as the events tell it: one text, frames joined by {@code " < "}, innermost first.
 *
 * @param frames the frames, innermost first; empty if the site is not known
 */
public record RecordedSite(List<String> frames) {

  private static final RecordedSite UNKNOWN = new RecordedSite(List.of());
  private static final String JOINT = " < ";

  /** Copies the frames. */
  public RecordedSite {
    frames = List.copyOf(frames);
  }

  /** Reads the text of an event. */
  static RecordedSite parse(String text) {
    return text.isBlank() || text.equals("unknown")
        ? UNKNOWN
        : new RecordedSite(List.of(text.split(JOINT)));
  }

  /** Tells whether frames are known. */
  public boolean isKnown() {
    return !frames.isEmpty();
  }

  /** Returns the innermost frame, or a phrase saying that it is not known. */
  public String top() {
    return frames.isEmpty() ? "a place that was not observed" : frames.getFirst();
  }
}
