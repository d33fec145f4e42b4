/**
 * The command {@code rmm}. {@link io.rmm.cli.Rmm} is its entry; each of its commands is one class.
 */
@NullMarked
package io.rmm.cli;

import org.jspecify.annotations.NullMarked;
