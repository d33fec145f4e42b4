/**
 * Programs that misuse memory, each beside one that does the same right, and what becomes of them
 * in every safety mode.
 *
 * <p>What can go wrong is taken from the weaknesses of NIST's Juliet suite for C that have a
 * meaning for an allocator of the JVM; the programs are our own. A {@link io.rmm.corpus.Variant} is
 * one way to go wrong, and a {@link io.rmm.corpus.Flow} one way for memory to get from where it is
 * allocated to where that happens. A case is a variant in a flow, right or wrong, in a mode.
 *
 * <p>Outside the package of what is tested, as every program is: frames of {@code io.rmm.allocator}
 * are left out of sites.
 */
package io.rmm.corpus;
