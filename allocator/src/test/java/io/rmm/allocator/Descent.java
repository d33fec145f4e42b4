package io.rmm.allocator;

/** Runs an act once, a given number of frames above the place where the stack ended. */
final class Descent {

  private final int framesLeft;
  private final Runnable act;
  private int unwound;

  private Descent(int framesLeft, Runnable act) {
    this.framesLeft = framesLeft;
    this.act = act;
  }

  /** Runs {@code act} there; returns whether the stack ended once more before it was done. */
  static boolean overflows(int framesLeft, Runnable act) {
    boolean[] done = new boolean[1];
    Runnable whole =
        () -> {
          act.run();
          done[0] = true;
        };
    new Descent(framesLeft, whole).descend(0);
    return !done[0];
  }

  @SuppressWarnings("InfiniteRecursion") // on purpose
  private void descend(long ballast) {
    try {
      descend(ballast + 1);
    } catch (StackOverflowError e) {
      if (unwound++ < framesLeft) {
        throw e;
      }
    }
    if (unwound == framesLeft + 1) {
      // Who calls this catches an error of the act, and finds that there is nothing more to do.
      unwound++;
      act.run();
    }
  }
}
