package io.rmm.jmx;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import javax.management.DescriptorKey;

/** The name and the meaning of an operation's argument; JMX clients show both. */
@Documented
@Retention(RetentionPolicy.RUNTIME)
@Target(ElementType.PARAMETER)
public @interface Argument {

  /** Returns the name. */
  @DescriptorKey("argumentName")
  String name();

  /** Returns the meaning, without a full stop. */
  @DescriptorKey("description")
  String description();
}
