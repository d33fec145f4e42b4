/**
 * What the demo tells people: the table while it runs, the summary at its end, log lines between.
 */
@NullMarked
package io.rmm.demo.show;

import org.jspecify.annotations.NullMarked;
