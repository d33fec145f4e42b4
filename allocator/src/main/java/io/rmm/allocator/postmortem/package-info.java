/**
 * What can be told of guarded blocks after the process has died: the file of its guarded slots, and
 * which of them an address belongs to.
 *
 * <p>Pure functions of a file's bytes and an address; nothing here touches the memory concerned.
 */
@NullMarked
package io.rmm.allocator.postmortem;

import org.jspecify.annotations.NullMarked;
