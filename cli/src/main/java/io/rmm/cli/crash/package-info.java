/** What a JVM that crashed has written down, and what its guarded blocks make of it. */
@NullMarked
package io.rmm.cli.crash;

import org.jspecify.annotations.NullMarked;
