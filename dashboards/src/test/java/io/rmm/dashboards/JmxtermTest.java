package io.rmm.dashboards;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import javax.management.ObjectName;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** jmxterm, run by a script, lists and reads the beans of another process. */
class JmxtermTest {

  private static Path jmxterm;
  @AutoClose private static JmxTarget target;

  @TempDir private Path folder;

  @BeforeAll
  static void start() throws Exception {
    jmxterm = ClientJar.JMXTERM.find();
    target = JmxTarget.start();
  }

  @Test
  void listsAllBeans() throws Exception {
    List<String> listed = jmxterm("beans -d io.rmm").lines().toList();
    assertThat(listed)
        .containsAll(
            target.beans().queryNames(new ObjectName("io.rmm:*"), null).stream()
                .map(ObjectName::getCanonicalName)
                .toList());
  }

  @Test
  void readsNumbersRecordsAndTables() throws Exception {
    ObjectName manager = new ObjectName("io.rmm:type=MemoryManager,manager=orders");
    String output =
        jmxterm(
            "get -b " + manager + " Reserved PressureLevel SizeClasses",
            "get -b io.rmm:type=Budget,manager=orders,name=root Limits",
            "get -b io.rmm:type=Misuse,manager=orders CountByKind",
            "info -b " + manager);

    assertThat(output)
        .contains("Reserved = " + target.beans().getAttribute(manager, "Reserved") + ";")
        .contains("PressureLevel = NONE;")
        .contains("slotBytes = ")
        .contains("hard = " + (1L << 30) + ";")
        .contains("key = DOUBLE_FREE;")
        .contains("- Committed (long, r)");
  }

  /** Runs {@code commands} on the program and returns what is printed, names and values alone. */
  private String jmxterm(String... commands) throws Exception {
    Path script = folder.resolve("script");
    Files.writeString(script, String.join("\n", commands) + "\n");
    Command run =
        Command.run(
            folder,
            List.of(
                JmxTarget.java(),
                // Names may have letters of any script, and so must what is printed.
                "-Dstdout.encoding=UTF-8",
                // jmxterm finds processes by classes of jconsole, which its manifest does not say.
                "--add-exports=jdk.jconsole/sun.tools.jconsole=ALL-UNNAMED",
                "-jar",
                jmxterm.toString(),
                "--noninteract",
                "--exitonfailure",
                "--url",
                String.valueOf(target.pid()),
                "--input",
                script.toString()));
    assertThat(run.exitCode()).as(run.output()).isZero();
    return run.output();
  }
}
