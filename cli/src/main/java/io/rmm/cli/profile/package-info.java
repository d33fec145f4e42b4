/** Profiles of another JVM: read from its beans, and told as a table. */
@NullMarked
package io.rmm.cli.profile;

import org.jspecify.annotations.NullMarked;
