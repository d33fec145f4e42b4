package io.rmm.jfr;

import io.rmm.allocator.signal.EventNames;
import jdk.jfr.Category;
import jdk.jfr.Contextual;
import jdk.jfr.Description;
import jdk.jfr.Enabled;
import jdk.jfr.Event;
import jdk.jfr.Label;
import jdk.jfr.Name;
import jdk.jfr.Registered;
import jdk.jfr.StackTrace;

/**
 * What the program was doing while other events happened in the same thread; see {@link Scope}. The
 * one event that tells of no manager, so it is no {@link MemoryEvent}, though its rules go for it.
 */
@Name(EventNames.SCOPE)
@Label("Scope")
@Description("What the program was doing in a thread")
@Category("Runtime Memory Manager")
@Registered(false)
@Enabled(false)
@StackTrace(false)
final class ScopeEvent extends Event {

  @Label("Name")
  @Description("Name that the program gives to what it does, for example the route of a request")
  @Contextual
  String name = "";

  @Label("Trace Id")
  @Description("Id of the trace that it belongs to, empty if there is none")
  @Contextual
  String traceId = "";

  @Label("Span Id")
  @Description("Id of the span within the trace, empty if there is none")
  @Contextual
  String spanId = "";
}
