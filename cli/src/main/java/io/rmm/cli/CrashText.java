package io.rmm.cli;

import io.rmm.allocator.MisuseConfidence;
import io.rmm.allocator.MisuseKind;
import io.rmm.allocator.postmortem.Diagnosis;
import io.rmm.allocator.postmortem.SlotRecord;
import io.rmm.cli.crash.CrashLog;
import java.time.Instant;
import java.util.function.Consumer;

/** Tells people of a crash at a guard, line by line. Never tells an address. */
final class CrashText {

  private final Consumer<String> lines;

  CrashText(Consumer<String> lines) {
    this.lines = lines;
  }

  void tell(CrashLog crash, Diagnosis diagnosis) {
    SlotRecord record = diagnosis.record();
    long id = record.slot().blockId();
    lines.accept(
        diagnosis.kind() + ": " + access(crash) + " " + where(diagnosis) + " block " + id + ".");
    if (diagnosis.confidence() == MisuseConfidence.POSSIBLE) {
      lines.accept("Another guarded block lies about as near; this one is the likelier.");
    }
    lines.accept("");
    lines.accept("Block " + id);
    lines.accept("  size    " + record.slot().byteSize() + " bytes");
    lines.accept("  budget  " + record.budget());
    act("allocated", record.allocation());
    if (record.freed()) {
      act("freed", record.free());
    } else {
      lines.accept("  live when the process died");
    }
    lines.accept("");
    lines.accept("The access, " + crash.signal() + " in process " + crash.pid());
    if (!crash.nativeFrame().isEmpty()) {
      lines.accept("    in " + crash.nativeFrame());
    }
    crash.javaFrames().forEach(frame -> lines.accept("    at " + frame));
  }

  private static String access(CrashLog crash) {
    String what = crash.write().map(write -> write ? "a write" : "a read").orElse("an access");
    return crash.thread().isEmpty() ? what : what + " by thread \"" + crash.thread() + "\"";
  }

  private static String where(Diagnosis diagnosis) {
    long offset = diagnosis.offset();
    long size = diagnosis.record().slot().byteSize();
    if (diagnosis.kind() == MisuseKind.OVERRUN) {
      return "went to memory " + (offset - size) + " bytes after the end of";
    }
    if (diagnosis.kind() == MisuseKind.UNDERRUN) {
      return "went to memory " + -offset + " bytes before the start of";
    }
    return "went to offset " + offset + " of the freed";
  }

  private void act(String what, SlotRecord.Act act) {
    lines.accept(
        "  "
            + what
            + " at "
            + Instant.ofEpochMilli(act.millis())
            + " by thread \""
            + act.thread()
            + "\"");
    if (act.frames().isEmpty()) {
      lines.accept("    at a place that was not kept");
    }
    act.frames().forEach(frame -> lines.accept("    at " + frame));
  }
}
