package io.rmm.jfr.programs;

import jdk.jfr.FlightRecorder;

/** Tells whether Flight Recorder was initialised by a program that uses RMM and no recording. */
public final class UnrecordedProgram {

  private UnrecordedProgram() {}

  /** Runs in a JVM of its own. */
  public static void main(String[] arguments) {
    AllocatingProgram.run();
    System.out.println("initialized=" + FlightRecorder.isInitialized());
  }
}
