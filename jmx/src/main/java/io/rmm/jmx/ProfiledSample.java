package io.rmm.jmx;

import io.rmm.allocator.SiteProfile;

/**
 * What a site holds and has taken in one budget, in slots of one size; estimated, and an error is
 * half the width of a 95 % confidence interval.
 *
 * @param budget the path of the budget; empty if several are told together
 * @param blockBytes bytes of a slot; 0 if several sizes are told together
 * @param liveBytes bytes of the slots that are live now
 * @param liveBytesError its error, in bytes
 * @param liveObjects number of the blocks that are live now
 * @param liveObjectsError its error
 * @param allocatedBytes bytes of the slots allocated so far
 * @param allocatedBytesError its error, in bytes
 * @param allocatedObjects number of the blocks allocated so far
 * @param allocatedObjectsError its error
 * @param liveSamples observed blocks that are live
 * @param allocatedSamples observed blocks so far
 */
public record ProfiledSample(
    String budget,
    long blockBytes,
    long liveBytes,
    long liveBytesError,
    long liveObjects,
    long liveObjectsError,
    long allocatedBytes,
    long allocatedBytesError,
    long allocatedObjects,
    long allocatedObjectsError,
    long liveSamples,
    long allocatedSamples) {

  static ProfiledSample of(SiteProfile.Sample sample) {
    return new ProfiledSample(
        sample.budget(),
        sample.blockBytes(),
        sample.liveBytes().value(),
        sample.liveBytes().error(),
        sample.liveObjects().value(),
        sample.liveObjects().error(),
        sample.allocatedBytes().value(),
        sample.allocatedBytes().error(),
        sample.allocatedObjects().value(),
        sample.allocatedObjects().error(),
        sample.liveSamples(),
        sample.allocatedSamples());
  }
}
