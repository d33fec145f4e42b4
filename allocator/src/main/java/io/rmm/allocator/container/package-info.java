/**
 * What Linux tells of the container that this process is in: its {@linkplain
 * io.rmm.allocator.container.ControlGroup control groups}, what they hold and may hold, and how
 * long they waited for memory. Files that are read, and nothing else.
 */
@NullMarked
package io.rmm.allocator.container;

import org.jspecify.annotations.NullMarked;
