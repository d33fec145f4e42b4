package io.rmm.jfr;

import io.rmm.allocator.ControlAction;
import io.rmm.allocator.MemoryListener;
import io.rmm.allocator.signal.EventNames;
import jdk.jfr.Description;
import jdk.jfr.Label;
import jdk.jfr.Name;
import jdk.jfr.StackTrace;

/** What was asked of a manager from outside the program, and by whom. */
@Name(EventNames.CONTROL_ACTION)
@Label("Control Action")
@Description("Something was asked of a memory manager from outside the program")
@StackTrace(false)
final class ControlActionEvent extends MemoryEvent {

  @Label("Operation")
  @Description("Name of the operation, for example setBudgetLimits")
  String operation = "";

  @Label("Arguments")
  @Description("Its arguments as name=value")
  String arguments = "";

  @Label("Principal")
  @Description("Who asked, as the connection has authenticated them, empty without authentication")
  String principal = "";

  @Label("Outcome")
  @Description("The word done, or why it was refused")
  String outcome = "";

  static MemoryListener listener(String manager) {
    return new MemoryListener() {
      @Override
      public void onControl(ControlAction action) {
        ControlActionEvent event = new ControlActionEvent();
        if (event.shouldCommit()) {
          event.manager = manager;
          event.operation = action.operation();
          event.arguments = action.arguments();
          event.principal = action.principal();
          event.outcome = action.outcome();
          event.commit();
        }
      }
    };
  }
}
