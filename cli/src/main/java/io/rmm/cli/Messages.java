package io.rmm.cli;

import io.rmm.dashboards.console.Amounts;
import java.io.PrintWriter;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Model.CommandSpec;

/**
 * What commands on a running program say, a line at a time. Names of budgets, managers and
 * recordings, and the texts of exceptions, are that program's choice, so that no line goes out with
 * characters that would steer the terminal.
 */
final class Messages {

  private Messages() {}

  /** Says what was done. */
  static void say(CommandSpec spec, String line) {
    PrintWriter out = spec.commandLine().getOut();
    out.println(Amounts.printable(line));
    out.flush();
  }

  /** Says what is to be noticed, beside the output. */
  static void warn(CommandSpec spec, String line) {
    spec.commandLine().getErr().println("rmm: " + Amounts.printable(line));
  }

  /** Says why a command fails, and returns its exit code. */
  static int fail(CommandSpec spec, Exception reason) {
    warn(spec, String.valueOf(reason.getMessage()));
    return ExitCode.SOFTWARE;
  }
}
