package jdk.internal.misc;

import jdk.internal.access.JavaLangRefAccess;
import jdk.internal.access.SharedSecrets;

/**
 * Waits for room below the limit before memory is refused: what nobody holds any more may count
 * against it until the collector has found that out.
 *
 * <p>As the JDK does for direct buffers at their own limit: the references that the last collection
 * has found are waited for, then there is one more collection, and then a little time. A program
 * that is at its limit is slow by that, and one that is not never comes here.
 */
final class RmmRoom {

  /** The first pause, each of which is twice the one before: half a second in all. */
  private static final long FIRST_PAUSE_MILLIS = 1;

  private static final long LAST_PAUSE_MILLIS = 256;

  private RmmRoom() {}

  /** Returns whether there was room for {@code bytes} at last, and they are reserved. */
  static boolean await(long bytes) {
    JavaLangRefAccess references = SharedSecrets.getJavaLangRefAccess();
    boolean interrupted = false;
    try {
      if (progress(references) && RmmLimit.tryReserve(bytes)) {
        return true;
      }
      System.gc();
      long pause = FIRST_PAUSE_MILLIS;
      while (true) {
        if (RmmLimit.tryReserve(bytes)) {
          return true;
        }
        if (pause > LAST_PAUSE_MILLIS) {
          return false;
        }
        try {
          if (!references.waitForReferenceProcessing()) {
            Thread.sleep(pause);
            pause *= 2;
          }
        } catch (InterruptedException e) {
          interrupted = true;
          pause *= 2;
        }
      }
    } finally {
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }

  private static boolean progress(JavaLangRefAccess references) {
    try {
      return references.waitForReferenceProcessing();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    }
  }
}
