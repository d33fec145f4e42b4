package io.rmm.allocator;

/**
 * What one exporter has made of a source's telemetry so far. Counts are of events, not of requests,
 * but for {@code failed}.
 *
 * @param name what the exporter is, for example {@code opentelemetry}
 * @param sent events handed on
 * @param dropped events that were not, and those that are known to have been lost afterwards
 * @param failed exports, of events or of metrics, that the other end did not take
 * @param queued events that wait to be handed on now
 * @param lagNanos nanoseconds for which the oldest of these has waited, or 0
 * @param lastError the latest failure in one sentence, or an empty string
 */
public record ExporterStatistics(
    String name,
    long sent,
    long dropped,
    long failed,
    long queued,
    long lagNanos,
    String lastError) {}
