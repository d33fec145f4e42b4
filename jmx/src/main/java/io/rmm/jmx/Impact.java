package io.rmm.jmx;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import javax.management.DescriptorKey;

/**
 * What an operation does to the running program; in its descriptor. Mission Control reads the field
 * whose name ends in {@code vmImpact}, as the JDK's diagnostic commands have it.
 */
@Documented
@Retention(RetentionPolicy.RUNTIME)
@Target(ElementType.METHOD)
public @interface Impact {

  /** Returns {@code Low}, {@code Medium} or {@code High}, a colon, and why. */
  @DescriptorKey("rmm.vmImpact")
  String value();

  /** Returns whether the operation changes something, and does not only read. */
  @DescriptorKey("changesState")
  boolean changesState() default true;
}
