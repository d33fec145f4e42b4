package io.rmm.jmx;

import io.rmm.allocator.Estimate;
import java.util.List;

/**
 * One line of a {@link ProfileDump}: what one site holds or has taken. Estimated; the error is that
 * of an {@link Estimate}, whose 95 % interval follows from both.
 *
 * @param frames the frames of the site, innermost first; empty if it is not known
 * @param bytes bytes of the slots
 * @param bytesError their error, in bytes
 * @param samples observed blocks that the estimate is made of
 */
public record ProfileRow(List<String> frames, long bytes, long bytesError, long samples) {}
