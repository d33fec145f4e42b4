/**
 * Memory in JMX: MXBeans named {@code io.rmm:type=...}, which jconsole, Mission Control and
 * exporters read without any class of this module.
 *
 * <p>Having this module on the path is enough: {@link io.rmm.jmx.JmxView} registers the beans of
 * every memory manager with the platform's MBean server. Clients can read, set a budget's usage
 * threshold, and nothing else, unless the program enables {@link io.rmm.jmx.ControlMXBean}.
 */
@NullMarked
package io.rmm.jmx;

import org.jspecify.annotations.NullMarked;
