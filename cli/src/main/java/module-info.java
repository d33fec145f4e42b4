/** The command {@code rmm}: one class a command. */
module io.rmm.cli {
  requires info.picocli;
  requires io.rmm.allocator;
  requires io.rmm.analysis;
  requires io.rmm.dashboards;
  requires io.rmm.demo;
  requires io.rmm.exporter;
  requires io.rmm.jfr;
  requires java.logging;
  requires java.management;
  requires java.management.rmi;
  requires java.rmi;
  requires jdk.attach;
  requires jdk.management.jfr;
  requires org.jline.terminal;
  requires static org.jspecify;

  exports io.rmm.cli;

  opens io.rmm.cli to
      info.picocli;
}
