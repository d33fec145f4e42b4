/**
 * Dashboards, rules and runbooks for other tools, shipped as resources: {@code grafana}, {@code
 * prometheus} and {@code runbooks} below this package.
 *
 * <p>Every signal that they name is in the kernel's registry, {@code io.rmm.allocator.signal}.
 */
@NullMarked
package io.rmm.dashboards;

import org.jspecify.annotations.NullMarked;
