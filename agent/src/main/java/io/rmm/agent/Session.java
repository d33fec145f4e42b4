package io.rmm.agent;

import java.util.LinkedHashMap;
import java.util.Map;
import jdk.internal.foreign.abi.RmmLinker;
import jdk.internal.misc.RmmProbe;

/**
 * The agent from its start to its end: it counts from the first moment on, and shows what it counts
 * soon after.
 *
 * <p>Only the hooks are put in place by the thread that begins it, which is the one that is about
 * to run the program. Views need some hundred classes; they are loaded by a thread of the agent's
 * own.
 */
final class Session implements AutoCloseable {

  private final Hooks hooks;
  private final AgentThread thread;

  private Session(Hooks hooks, AgentThread thread) {
    this.hooks = hooks;
    this.thread = thread;
  }

  /**
   * Begins to count and to show.
   *
   * @param late whether the program runs already
   */
  static Session begin(Hooks hooks, AgentOptions options, boolean late) {
    RmmProbe.open(options.limit());
    Map<String, String> earlier = EarlierMemory.now();
    try {
      hooks.install();
    } catch (RuntimeException | Error e) {
      RmmProbe.close();
      throw e;
    }
    RmmLinker.wrapBy(new Downcalls());
    AgentThread thread = new AgentThread(hooks, options, late, earlier);
    thread.start();
    return new Session(hooks, thread);
  }

  /** Leaves the JDK as it was; buffers and arenas that were counted are counted at their free. */
  @Override
  public void close() {
    stopCounting(hooks);
    thread.end();
  }

  /** Takes the hooks out, with all that they call. */
  static void stopCounting(Hooks hooks) {
    hooks.remove();
    RmmLinker.wrapBy(null);
    RmmProbe.close();
  }

  /** Makes the source, and has samples told to it. */
  static ForeignMemory source(AgentOptions options, boolean late, Map<String, String> earlier) {
    Map<String, String> configuration = new LinkedHashMap<>();
    configuration.put("pageSource", "jvm"); // by which the ledger knows that it is not RMM's own
    configuration.put("agent", late ? "attached" : "from the start");
    configuration.put("sampleInterval", Long.toString(options.sampleInterval()));
    configuration.put("limit", options.limits().toString());
    configuration.putAll(earlier);
    ForeignMemory memory = new ForeignMemory(options, Map.copyOf(configuration));
    new ForeignMemory(options, Map.of()).samples().rehearse();
    RmmProbe.setMean(options.sampleInterval());
    RmmProbe.sampleTo(memory.samples());
    return memory;
  }
}
