/**
 * The built-in load: four tenants that talk to the server over loopback as any client would, and
 * the faults that one of them makes on purpose. All of it is seeded and of bounded rate.
 */
@NullMarked
package io.rmm.demo.load;

import org.jspecify.annotations.NullMarked;
