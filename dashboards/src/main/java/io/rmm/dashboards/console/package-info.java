/**
 * The live view of a running program's memory in a terminal: {@link
 * io.rmm.dashboards.console.BeanReader} reads the beans of RMM, {@link
 * io.rmm.dashboards.console.Page} makes lines of them, {@link
 * io.rmm.dashboards.console.LiveConsole} shows them.
 *
 * <p>Beans are read by the names of their attributes alone, as open types: so the program that is
 * watched may have another version of RMM, with attributes that are not known here, or without some
 * that are. What is not there is said not to be there.
 */
@NullMarked
package io.rmm.dashboards.console;

import org.jspecify.annotations.NullMarked;
