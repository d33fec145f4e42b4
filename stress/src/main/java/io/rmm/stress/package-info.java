/** Long runs and races, started by hand: what a build has no time for. */
@NullMarked
package io.rmm.stress;

import org.jspecify.annotations.NullMarked;
