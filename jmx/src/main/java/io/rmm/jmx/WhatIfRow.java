package io.rmm.jmx;

import io.rmm.allocator.WhatIf;

/**
 * What a tuner predicts for a value that a setting might have.
 *
 * @param knob the name of the setting
 * @param value the value
 * @param predictedCost nanoseconds a second that the operating system would work because of it,
 *     page faults left out; -1 if not known
 * @param predictedBytes committed bytes without a live block that it would keep; -1 if not known
 */
public record WhatIfRow(String knob, long value, long predictedCost, long predictedBytes) {

  static WhatIfRow of(WhatIf whatIf) {
    return new WhatIfRow(
        whatIf.knob().id(), whatIf.value(), whatIf.predicted().cost(), whatIf.predicted().bytes());
  }
}
