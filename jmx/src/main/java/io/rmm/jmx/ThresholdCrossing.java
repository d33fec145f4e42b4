package io.rmm.jmx;

/**
 * That a budget has come to its usage threshold; user data of a notification.
 *
 * @param budget the path of the budget
 * @param used bytes that it was found to hold
 * @param threshold its usage threshold, in bytes
 * @param count how often that was found so far, this time included
 */
public record ThresholdCrossing(String budget, long used, long threshold, long count) {}
