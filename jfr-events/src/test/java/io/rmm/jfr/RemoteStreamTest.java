package io.rmm.jfr;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import javax.management.remote.JMXConnector;
import jdk.jfr.consumer.RecordedEvent;
import jdk.management.jfr.RemoteRecordingStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A program sees, over JMX, the events of another while they happen. */
@Timeout(120)
class RemoteStreamTest {

  private static final Duration PATIENCE = Duration.ofSeconds(60);

  @TempDir Path folder;

  @Test
  void eventsAndSettingsTravel() throws Exception {
    List<RecordedEvent> samples = new CopyOnWriteArrayList<>();
    List<String> names = new CopyOnWriteArrayList<>();
    try (BusyChild child = BusyChild.start()) {
      try (JMXConnector connector = child.connect();
          RemoteRecordingStream stream =
              new RemoteRecordingStream(connector.getMBeanServerConnection(), folder)) {
        stream.setReuse(false);
        stream.setSettings(RecordingSettings.settings(RecordingSettings.File.ONLY));
        stream.enable("rmm.ManagerStatistics").withPeriod(Duration.ofMillis(100));
        stream.onEvent(event -> names.add(event.getEventType().getName()));
        stream.onEvent("rmm.AllocationSample", samples::add);
        stream.startAsync();
        await()
            .atMost(PATIENCE)
            .until(() -> !samples.isEmpty() && names.contains("rmm.ManagerStatistics"));
      }
      assertThat(child.end()).contains("right=true");
    }

    RecordedEvent sample = samples.getFirst();
    assertThat(sample.getString("manager")).isEqualTo("busy");
    assertThat(sample.getString("budget")).isEqualTo("root");
    assertThat(sample.getLong("weight")).isGreaterThanOrEqualTo(sample.getLong("blockSize"));
    assertThat(sample.getStackTrace().getFrames())
        .anyMatch(frame -> frame.getMethod().getType().getName().endsWith("BusyProgram"));
    assertThat(names).allMatch(name -> name.startsWith("rmm."));
  }
}
