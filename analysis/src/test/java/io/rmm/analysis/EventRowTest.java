package io.rmm.analysis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.rmm.allocator.signal.EventType;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.openjdk.jmc.common.item.IItemCollection;

class EventRowTest {

  @TempDir private Path directory;

  @Test
  void readsFieldsInTheOrderOfTime() throws Exception {
    IItemCollection items =
        RuleTester.record(
            directory,
            recording ->
                recording
                    .event(EventType.CHUNK_MAP, 9, "late", Map.of("bytes", 2L))
                    .event(
                        EventType.CHUNK_MAP, 3, "early", Map.of("bytes", 1L, "source", "linux")));

    List<EventRow> rows = EventRow.of(items, EventType.CHUNK_MAP);

    assertThat(rows).extracting(EventRow::manager).containsExactly("early", "late");
    assertThat(rows.getFirst().number("bytes")).isEqualTo(1);
    assertThat(rows.getFirst().text("source")).isEqualTo("linux");
    assertThat(rows.getFirst().time()).isEqualTo(SyntheticRecording.START + 3_000_000_000L);
  }

  @Test
  void asksForNoFieldThatTheRegistryDoesNotKnow() throws Exception {
    IItemCollection items =
        RuleTester.record(
            directory, recording -> recording.event(EventType.CHUNK_MAP, 0, "m", Map.of()));
    EventRow row = EventRow.of(items, EventType.CHUNK_MAP).getFirst();

    assertThatThrownBy(() -> row.number("size"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("rmm.ChunkMap has no field size");
  }

  @Test
  void hasNoRowsOfATypeThatDidNotOccur() throws Exception {
    IItemCollection items =
        RuleTester.record(directory, recording -> recording.known(EventType.CHUNK_MAP));

    assertThat(EventRow.of(items, EventType.CHUNK_MAP)).isEmpty();
    assertThat(EventRow.of(items, EventType.MISUSE)).isEmpty();
  }
}
