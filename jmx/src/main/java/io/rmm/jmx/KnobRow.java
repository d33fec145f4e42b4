package io.rmm.jmx;

/**
 * A setting that may change while the program runs.
 *
 * @param knob its name
 * @param value its value in force
 * @param units what the value counts
 */
public record KnobRow(String knob, long value, String units) {}
