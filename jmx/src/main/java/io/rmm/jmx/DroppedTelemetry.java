package io.rmm.jmx;

/**
 * That exporters have begun to drop events; user data of a notification.
 *
 * @param dropped events dropped so far
 * @param droppedNow those of them in the last second
 * @param lastError the latest failure of any exporter, or an empty string
 */
public record DroppedTelemetry(long dropped, long droppedNow, String lastError) {}
