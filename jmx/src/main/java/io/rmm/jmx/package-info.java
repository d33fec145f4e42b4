/**
 * All talk with the platform's MBeans: MXBeans and notifications that show a memory source, and the
 * ledger that says where a process's native memory has gone.
 *
 * <p>MXBean interfaces stand in this exported package because JMX cannot read them otherwise.
 */
@NullMarked
package io.rmm.jmx;

import org.jspecify.annotations.NullMarked;
