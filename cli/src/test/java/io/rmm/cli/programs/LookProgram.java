package io.rmm.cli.programs;

import io.rmm.cli.attach.AttachException;
import io.rmm.cli.attach.TargetProcess;

/** Says why the process whose number is given cannot be attached to. */
public final class LookProgram {

  private LookProgram() {}

  /** Runs in a JVM of its own, as another user. */
  public static void main(String[] arguments) {
    try {
      System.out.println(TargetProcess.of(Long.parseLong(arguments[0])).pid() + " can be");
    } catch (AttachException e) {
      System.out.println(e.getMessage());
    }
  }
}
