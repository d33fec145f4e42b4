package io.rmm.agent;

import com.sun.tools.attach.VirtualMachine;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * A program in a process of its own, which does as it is told line by line, and answers each with a
 * line. Gone when closed.
 */
public final class AgentJvm implements AutoCloseable {

  /** Where the agent's jar is, made by the build before. */
  public static final Path JAR = Path.of(System.getProperty("rmm.agent.jar"));

  private final Process process;
  private final BufferedReader answers;
  private final PrintWriter commands;

  private AgentJvm(Process process) {
    this.process = process;
    this.answers = process.inputReader();
    this.commands = new PrintWriter(process.outputWriter(), true);
  }

  /** Starts a program with options of the JVM; {@code -javaagent} is one of them. */
  public static AgentJvm start(Class<?> program, String... options) throws IOException {
    return new AgentJvm(builder(program, options).redirectErrorStream(true).start());
  }

  /** Returns the option that starts the agent. */
  public static String withAgent(String options) {
    return "-javaagent:" + JAR + (options.isEmpty() ? "" : "=" + options);
  }

  private static ProcessBuilder builder(Class<?> program, String... options) {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(
        List.of(
            "--enable-native-access=ALL-UNNAMED",
            "--sun-misc-unsafe-memory-access=allow",
            "-XX:-CreateCoredumpOnCrash",
            "-XX:+EnableDynamicAgentLoading", // without a warning
            "-XX:TieredStopAtLevel=1",
            "-cp",
            System.getProperty("java.class.path")));
    command.addAll(List.of(options));
    command.add(program.getName());
    return new ProcessBuilder(command);
  }

  /** Has it load the agent, or end it. */
  public void attach(String options) throws Exception {
    attach(JAR, options);
  }

  /** As {@link #attach(String)}, of an agent elsewhere. */
  public void attach(Path jar, String options) throws Exception {
    attach(pid(), jar, options);
  }

  /** Has a JVM load the agent, or end it. */
  public static void attach(long pid, String options) throws Exception {
    attach(pid, JAR, options);
  }

  private static void attach(long pid, Path jar, String options) throws Exception {
    VirtualMachine machine = VirtualMachine.attach(Long.toString(pid));
    try {
      machine.loadAgent(jar.toString(), options);
    } finally {
      machine.detach();
    }
  }

  public long pid() {
    return process.pid();
  }

  /** Has the program do something; returns the line that it answers. */
  public String ask(String command) throws IOException {
    commands.println(command);
    String answer = answers.readLine();
    if (answer == null) {
      throw new AssertionError("the program has ended");
    }
    return answer;
  }

  /** Returns the next line of what the program, or its JVM, writes. */
  public String line() throws IOException {
    return answers.readLine();
  }

  /** Lets the program end; returns what it still had to say. */
  public String end() throws IOException, InterruptedException {
    commands.close();
    String rest = answers.readAllAsString();
    if (!process.waitFor(1, TimeUnit.MINUTES)) {
      throw new AssertionError("the program hangs: " + rest);
    }
    return rest;
  }

  public int exitCode() {
    return process.exitValue();
  }

  @Override
  public void close() {
    process.destroyForcibly();
  }
}
