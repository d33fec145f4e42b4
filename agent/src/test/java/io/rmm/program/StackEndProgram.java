package io.rmm.program;

import java.nio.ByteBuffer;

/** Takes direct buffers where the stack ends, at each depth near it, and has them collected. */
public final class StackEndProgram {

  private static final int ROUNDS = 24;

  /** Frames of several sizes, so that the end comes at each place of what is called. */
  private static final int SIZES = 12;

  private static final long STACK_BYTES = 400 << 10;

  private static int overflows;

  private StackEndProgram() {}

  /** Tells how often the stack has ended. */
  public static void main(String[] arguments) throws InterruptedException {
    Thread thread = new Thread(null, StackEndProgram::rounds, "little stack", STACK_BYTES);
    thread.start();
    thread.join();
    System.gc();
    Thread.sleep(500); // for what the collector has found to be freed
    System.out.println("overflows: " + (overflows > 0));
  }

  private static void rounds() {
    for (int round = 0; round < ROUNDS; round++) {
      int frames = round % SIZES;
      int last = lastThatFits(frames);
      for (int depth = last - 25; depth < last + 3; depth++) {
        boolean fitted = take(frames, depth);
        overflows += fitted ? 0 : 1;
      }
      System.gc();
    }
  }

  private static int lastThatFits(int frames) {
    int fits = 0;
    int tooDeep = 1 << 16;
    while (fits + 1 < tooDeep) {
      int middle = (fits + tooDeep) >>> 1;
      if (take(frames, middle)) {
        fits = middle;
      } else {
        tooDeep = middle;
      }
    }
    return fits;
  }

  private static boolean take(int frames, int depth) {
    try {
      return large(frames, depth, 1, 2, 3) != 0;
    } catch (StackOverflowError e) {
      return false;
    }
  }

  private static long large(int frames, int depth, long a, long b, long c) {
    return frames > 0 ? large(frames - 1, depth, b + 1, c ^ a, a) | 1 : small(depth) | a | c;
  }

  private static int small(int depth) {
    return depth > 0 ? small(depth - 1) + 1 : ByteBuffer.allocateDirect(256 << 10).capacity();
  }
}
