/** The kernel's log, which is not opened before there is something to say. */
@NullMarked
package io.rmm.allocator.log;

import org.jspecify.annotations.NullMarked;
