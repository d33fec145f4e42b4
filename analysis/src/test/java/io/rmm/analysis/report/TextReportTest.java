package io.rmm.analysis.report;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TextReportTest {

  @TempDir private Path directory;

  @Test
  void tellsTheFindingsInAFewLines() throws Exception {
    String text = TextReport.render(HostileRecording.report(directory));

    assertThat(text.lines()).hasSize(5);
    assertThat(text.lines().findFirst().orElseThrow())
        .endsWith("a <b> & c.jfr: 59 s, 242 events, 1 memory manager");
    assertThat(text.lines().skip(1).limit(3)).allMatch(line -> line.startsWith("WARNING  "));
    assertThat(text).contains("About 1 MiB allocated at", "grows by 1 MiB/s");
  }

  @Test
  void commandsTheTerminalNothing() throws Exception {
    String text = TextReport.render(HostileRecording.report(directory));

    assertThat(text).doesNotContain("\u001b").contains("\ufffd[31m");
  }
}
