package io.rmm.agent.entry;

import java.io.File;
import java.io.IOException;
import java.lang.instrument.Instrumentation;
import java.net.URISyntaxException;
import java.util.Collections;

/**
 * Where the JVM enters the agent. It runs on any JVM from 8 on, so that an older one can be told
 * what is wrong, and its program runs on.
 *
 * <p>All else of the agent is in a class loader of its own, where it cannot meet another version of
 * the same libraries.
 */
public final class RmmAgent {

  private static final int NEEDED = 25;

  private static final String MAIN = "io.rmm.agent.Agent";

  /** In the place of options, it ends an agent that runs. */
  private static final String STOP = "stop";

  /**
   * The system property that tells what has become of the agent: {@code starting}, {@code running},
   * which its thread says once all can be seen, or why it does not run. Whoever attaches can read
   * it, and so does {@code rmm attach}; to ask by JMX would take a second in a process that has no
   * management agent yet.
   */
  private static final String STATE = "rmm.agent";

  private static final String STARTING = "starting";
  private static final String RUNNING = "running";

  private static AutoCloseable running;

  private RmmAgent() {}

  /** Called by the JVM before the program's main method. */
  public static void premain(String options, Instrumentation instrumentation) {
    start(options, instrumentation, false);
  }

  /** Called by the JVM when somebody attaches the agent to it. */
  public static void agentmain(String options, Instrumentation instrumentation) {
    start(options, instrumentation, true);
  }

  private static synchronized void start(
      String options, Instrumentation instrumentation, boolean late) {
    String version = System.getProperty("java.specification.version", "");
    if (feature(version) < NEEDED) {
      refuse("it needs Java " + NEEDED + " or newer, and this is " + version);
      return;
    }
    if (STOP.equals(options)) {
      stop();
    } else if (running != null) {
      say("not started: it runs in this process already");
      if (System.getProperty(STATE) == null) {
        tell(RUNNING); // the program has exchanged all properties
      }
    } else {
      startHere(options == null ? "" : options, instrumentation, late);
    }
  }

  private static void stop() {
    try {
      if (running != null) {
        running.close();
        running = null;
      }
      tell(null);
    } catch (Exception e) {
      say("not ended: " + e);
    }
  }

  private static void startHere(String options, Instrumentation instrumentation, boolean late) {
    tell(STARTING);
    try {
      File jar =
          new File(RmmAgent.class.getProtectionDomain().getCodeSource().getLocation().toURI());
      if (late && isInOthers()) {
        say("this is " + jar + ", which was attached to this process before any other");
      }
      AgentClassLoader loader = new AgentClassLoader(jar);
      running = loader.load(MAIN).apply(new Object[] {instrumentation, options, late});
    } catch (IllegalArgumentException | IllegalStateException e) {
      refuse(e.getMessage());
    } catch (IOException
        | URISyntaxException
        | ReflectiveOperationException
        | RuntimeException
        | LinkageError e) {
      refuse(e.toString());
    }
  }

  /** The JVM finds this class in the jar that came first, whichever is attached later. */
  private static boolean isInOthers() throws IOException {
    String file = RmmAgent.class.getName().replace('.', '/') + ".class";
    return Collections.list(RmmAgent.class.getClassLoader().getResources(file)).size() > 1;
  }

  /** The number in "25", and 0 in "1.8". */
  private static int feature(String version) {
    try {
      return Integer.parseInt(version);
    } catch (NumberFormatException e) {
      return 0;
    }
  }

  private static void refuse(String reason) {
    String text = "not started: " + reason;
    say(text);
    tell(text);
  }

  /** A program's security manager, which old JVMs may have, may have something against it. */
  private static void tell(String state) {
    try {
      if (state == null) {
        System.clearProperty(STATE);
      } else {
        System.setProperty(STATE, state);
      }
    } catch (RuntimeException e) {
      // Then nobody who attaches is told.
    }
  }

  /** On the way that the JVM itself takes for warnings: there may be no logging yet. */
  private static void say(String text) {
    System.err.println("rmm-agent: " + text);
  }
}
