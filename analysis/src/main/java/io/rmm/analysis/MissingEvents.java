package io.rmm.analysis;

import io.rmm.allocator.signal.EventType;
import java.util.Set;
import org.openjdk.jmc.common.item.IItemCollection;
import org.openjdk.jmc.flightrecorder.rules.IRecordingSetting;
import org.openjdk.jmc.flightrecorder.rules.util.RulesToolkit;
import org.openjdk.jmc.flightrecorder.rules.util.RulesToolkit.EventAvailability;

/**
 * Tells why a recording has no events of a type, and what to do about it.
 *
 * <p>The rules ask here rather than require events of JMC, because JMC does not evaluate a rule
 * whose required events are missing and then says only that it was not evaluated.
 */
final class MissingEvents {

  private MissingEvents() {}

  /** Tells whether events of this type would be in the recording if they had happened. */
  static boolean wereRecorded(IItemCollection items, EventType type) {
    return !availability(items, type).isLessAvailableThan(EventAvailability.ENABLED);
  }

  /** Returns one or two sentences on why there are none. */
  static String advice(IItemCollection items, EventType type) {
    String name = type.eventName();
    return switch (availability(items, type)) {
      case AVAILABLE, ENABLED -> name + " was enabled, but did not occur. Record for longer.";
      case DISABLED ->
          name + " was disabled. Record again with the settings rmm.jfc beside default.jfc.";
      case NONE, UNKNOWN ->
          "The recording knows nothing of "
              + name
              + ". Have rmm-jfr-events on the class path of the recorded program, and a memory"
              + " manager in use.";
    };
  }

  /** Returns the setting that would have the events recorded. */
  static Set<IRecordingSetting> enabling(EventType type) {
    return Set.of(new Enabled(type.eventName()));
  }

  private static EventAvailability availability(IItemCollection items, EventType type) {
    return RulesToolkit.getEventAvailability(items, type.eventName());
  }

  private record Enabled(String event) implements IRecordingSetting {

    @Override
    public String getSettingFor() {
      return event;
    }

    @Override
    public String getSettingName() {
      return "enabled";
    }

    @Override
    public String getSettingValue() {
      return "true";
    }
  }
}
