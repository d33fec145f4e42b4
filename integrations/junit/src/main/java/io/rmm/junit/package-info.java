/**
 * Tests of memory with JUnit: {@link io.rmm.junit.CheckMemory} on a test fails it if it leaks or
 * misuses memory.
 */
@NullMarked
package io.rmm.junit;

import org.jspecify.annotations.NullMarked;
