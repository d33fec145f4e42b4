package io.rmm.jmx;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import javax.management.DescriptorKey;

/** How a number is to be read; in the descriptor of its attribute. */
@Documented
@Retention(RetentionPolicy.RUNTIME)
@Target(ElementType.METHOD)
public @interface Measure {

  /** A value that rises and falls. */
  String GAUGE = "gauge";

  /** A value that only rises, from 0 at the source's beginning. */
  String COUNTER = "counter";

  /** Returns the unit, for example {@code bytes}. */
  @DescriptorKey("units")
  String units();

  /** Returns {@link #GAUGE} or {@link #COUNTER}. */
  @DescriptorKey("metricType")
  String type();
}
