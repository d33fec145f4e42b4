/**
 * Recordings in, answers out: Mission Control rules and reports. Of the kernel it uses the signal
 * names only.
 */
module io.rmm.analysis {
  requires com.fasterxml.jackson.databind;
  requires freemarker;
  requires io.rmm.allocator;
  requires transitive org.openjdk.jmc.common;
  requires transitive org.openjdk.jmc.flightrecorder;
  requires transitive org.openjdk.jmc.flightrecorder.rules;
  requires org.openjdk.jmc.flightrecorder.rules.jdk;
  requires static transitive org.jspecify;

  // Of JMC and FreeMarker, which are automatic modules and cannot require them themselves.
  requires java.desktop;
  requires java.logging;
  requires java.management;
  requires java.sql;
  requires java.xml;

  exports io.rmm.analysis;
  exports io.rmm.analysis.report;

  provides org.openjdk.jmc.flightrecorder.rules.IRule with
      io.rmm.analysis.GrowthRule,
      io.rmm.analysis.MisuseRule;
}
