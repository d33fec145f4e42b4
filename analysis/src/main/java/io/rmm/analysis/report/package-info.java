/**
 * Reports of a recording: what the rules of RMM and of JDK Mission Control found, as a page for
 * people, as JSON for programs, and in a few lines for a terminal.
 */
@NullMarked
package io.rmm.analysis.report;

import org.jspecify.annotations.NullMarked;
