package io.rmm.allocator;

/**
 * What a tuner predicts for a value that a knob might have.
 *
 * @param knob which setting
 * @param value the value
 * @param predicted what it would cost and keep
 */
public record WhatIf(TuningKnob knob, long value, TuningEffect predicted) {}
