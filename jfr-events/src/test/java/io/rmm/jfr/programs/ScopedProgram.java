package io.rmm.jfr.programs;

import io.rmm.jfr.Scope;

/** Opens a scope, whether or not the runtime has Flight Recorder. */
public final class ScopedProgram {

  private ScopedProgram() {}

  /** Runs in a JVM of its own. */
  public static void main(String[] arguments) {
    try (Scope scope = Scope.open("request", "", "")) {
      System.out.println("ran " + scope.getClass().getSimpleName());
    }
  }
}
