/**
 * The demo: a job under load that takes its memory from RMM, with every view attached, so that each
 * of them can be seen at work.
 */
@NullMarked
package io.rmm.demo;

import org.jspecify.annotations.NullMarked;
