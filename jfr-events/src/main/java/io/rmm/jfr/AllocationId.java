package io.rmm.jfr;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import jdk.jfr.Description;
import jdk.jfr.Label;
import jdk.jfr.MetadataDefinition;
import jdk.jfr.Name;
import jdk.jfr.Relational;

/** Marks the field by which events of one block belong together, for tools that relate events. */
@MetadataDefinition
@Relational
@Name("rmm.AllocationId")
@Label("Allocation Id")
@Description("Binds the events of one block of one memory manager together")
@Retention(RetentionPolicy.RUNTIME)
@Target(ElementType.FIELD)
@interface AllocationId {}
