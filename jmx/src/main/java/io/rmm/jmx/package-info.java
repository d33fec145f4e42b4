/**
 * Memory in JMX: MXBeans named {@code io.rmm:type=...}, which jconsole, Mission Control and
 * exporters read without any class of this module.
 *
 * <p>Having this module on the path is enough: {@link io.rmm.jmx.JmxView} registers the beans of
 * every memory manager with the platform's MBean server. All are read only.
 */
@NullMarked
package io.rmm.jmx;

import org.jspecify.annotations.NullMarked;
