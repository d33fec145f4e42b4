package io.rmm.agent.programs;

import java.time.Duration;
import java.util.Set;

/** A program that others have published, and the load that it is put under. */
interface Workload {

  /** What it is, in a word or two. */
  String name();

  /** Whose code takes its memory: the first frame's class that is not the JDK's begins with it. */
  String owner();

  /** The kinds of memory that it takes under load. */
  Set<String> kinds();

  /** Starts it, and waits until it serves; it runs until it is ended. */
  ProgramJvm start(Launch launch) throws Exception;

  /** The agent's options with which its sites are seen: the usual ones, if it takes enough. */
  default String agentOptions() {
    return "";
  }

  /** Has it work for about as long; all that it does must succeed. */
  Work load(ProgramJvm program, Duration time) throws Exception;
}
