package io.rmm.analysis.report;

import org.openjdk.jmc.flightrecorder.rules.Severity;

/**
 * One thing that RMM's rules found, or found not to be so.
 *
 * @param severity how much it matters
 * @param rule the id of the rule that found it
 * @param text one or two sentences in plain words
 */
public record Finding(Severity severity, String rule, String text) {}
