/**
 * How the resident memory of this process is found and divided, without any word of JMX beans: what
 * the kernel says of the process's mappings, what the JVM says of its own memory, and what limit
 * the container has. {@link io.rmm.jmx.ledger.LedgerSample} is the result.
 */
@NullMarked
package io.rmm.jmx.ledger;

import org.jspecify.annotations.NullMarked;
