/**
 * The live console, and the dashboards, alert rules and runbooks for Grafana, Prometheus and JMX
 * tools.
 *
 * <p>Every signal name used in them stands in the kernel's registry.
 */
@NullMarked
package io.rmm.dashboards;

import org.jspecify.annotations.NullMarked;
