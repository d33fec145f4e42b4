package io.rmm.allocator.observe;

import java.lang.StackWalker.Option;
import java.lang.StackWalker.StackFrame;
import java.util.Iterator;
import java.util.Set;
import java.util.stream.Stream;

/**
 * The fingerprint of a call stack, by which one that was seen before is known again.
 *
 * <p>To have the JVM tell the methods, files and lines of a stack takes some two and a half times
 * as long as to walk it. So a frame is here its class, and how far in the code of a method of that
 * class it stands, which it has at hand. Which method is asked only where it could be another:
 *
 * <ul>
 *   <li>A given call in given code ends in one method at most of any one class. So what was called
 *       by a frame that is known, is known by its class. (But for a static initializer, which the
 *       JVM calls on the way to a method of its class: {@link Sites} does not go by such paths.)
 *   <li>Reflection, method handles and native code call any method from the same place. What they
 *       called is known by its name and line besides. These frames are looked at although no site
 *       shows them.
 *   <li>So is the outermost frame, as its caller is not looked at.
 * </ul>
 *
 * <p>Classes are numbered, and the 128 bits mixed well: that two stacks of a million have the same
 * by chance has a probability of 10<sup>-27</sup>. What remains: a class that was redefined may be
 * shown with the methods and lines that it had before; and of methods that reflection calls, those
 * that have one name, one line and one position in their code, as bridges have, are taken for one.
 *
 * @see Sites
 */
record CallPath(long first, long second) {

  /** RMM's own frames on top, six to eight, and those that no site shows: none, mostly. */
  private static final int OTHER_FRAMES = 10;

  /**
   * Told how deep to look, so that the JVM fills one batch of frames, and not a small one and then
   * one of 32: a third of the cost.
   */
  private static final StackWalker WALKER =
      StackWalker.getInstance(
          Set.of(Option.RETAIN_CLASS_REFERENCE, Option.SHOW_HIDDEN_FRAMES),
          OTHER_FRAMES + Sites.MAX_FRAMES);

  /** Odd numbers without a pattern: of splitmix64, and of MurmurHash3's last step. */
  private static final long STEP = 0x9e3779b97f4a7c15L;

  private static final long MIX_1 = 0xff51afd7ed558ccdL;
  private static final long MIX_2 = 0xc4ceb9fe1a85ec53L;

  /** Returns that of the calling thread, as far out as a site goes. */
  static CallPath here() {
    return WALKER.walk(CallPath::of);
  }

  private static CallPath of(Stream<StackFrame> stack) {
    // Not a pipeline, which costs as much as the walk.
    Iterator<StackFrame> frames = stack.iterator();
    StackFrame frame = frames.next();
    long type = FrameClass.of(frame);
    while (FrameClass.isKernel(type) && frames.hasNext()) {
      frame = frames.next();
      type = FrameClass.of(frame);
    }
    long first = 0;
    long second = STEP;
    int shown = 0;
    while (true) {
      if (FrameClass.isShown(type)) {
        shown++;
      }
      StackFrame caller = shown < Sites.MAX_FRAMES && frames.hasNext() ? frames.next() : null;
      long callerType = caller == null ? 0 : FrameClass.of(caller);
      long step = FrameClass.number(type) << 16 | (frame.getByteCodeIndex() & 0xffff);
      if (caller == null || (callsAny(caller, callerType) && !FrameClass.isReflective(type))) {
        step = mix(step) ^ line(frame.toStackTraceElement());
      }
      first = Long.rotateLeft(first ^ mix(step), 29) * MIX_1;
      second = Long.rotateLeft(second + mix(step * STEP), 37) * MIX_2;
      if (caller == null) {
        return new CallPath(first, second);
      }
      frame = caller;
      type = callerType;
    }
  }

  /** Tells whether {@code frame} may call different methods from the same place. */
  private static boolean callsAny(StackFrame frame, long type) {
    return FrameClass.isReflective(type) || frame.isNativeMethod();
  }

  private static long line(StackTraceElement frame) {
    return (long) frame.getMethodName().hashCode() << 32 | (frame.getLineNumber() & 0xffff_ffffL);
  }

  private static long mix(long bits) {
    long half = (bits ^ bits >>> 33) * MIX_1;
    long whole = (half ^ half >>> 33) * MIX_2;
    return whole ^ whole >>> 33;
  }

  @Override
  public int hashCode() {
    return (int) first;
  }
}
