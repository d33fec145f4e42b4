/**
 * How a command comes to a running JVM of this machine: {@link io.rmm.cli.attach.TargetProcess}
 * says whether there is one, {@link io.rmm.cli.attach.JvmConnection} opens its MBeans.
 */
@NullMarked
package io.rmm.cli.attach;

import org.jspecify.annotations.NullMarked;
