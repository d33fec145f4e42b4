/**
 * What uses the program's own telemetry libraries. Loaded by a loader that sees these, once the
 * program has them, and found by name; nothing here can use what the agent has for itself.
 */
@NullMarked
package io.rmm.agent.program;

import org.jspecify.annotations.NullMarked;
