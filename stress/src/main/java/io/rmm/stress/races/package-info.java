/**
 * Races of a few operations, run millions of times by jcstress.
 *
 * <p>Every outcome that is not named is forbidden. What the tests have in common is in {@link
 * io.rmm.stress.races.Racing}.
 */
@NullMarked
package io.rmm.stress.races;

import org.jspecify.annotations.NullMarked;
