package io.rmm.exporter.profile;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import com.google.protobuf.UnknownFieldSet;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.zip.GZIPInputStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Reads the message back with the protocol buffers library, which knows nothing of the writer. */
class PprofWriterTest {

  private UnknownFieldSet message;
  private List<String> strings;

  @BeforeEach
  void write() throws IOException {
    read(Profiles.shop());
  }

  private void read(HeapProfile profile) throws IOException {
    byte[] file = Profiles.write(profile, ProfileFormat.PPROF);
    message = UnknownFieldSet.parseFrom(new GZIPInputStream(new ByteArrayInputStream(file)));
    strings =
        message.getField(6).getLengthDelimitedList().stream()
            .map(ByteString::toStringUtf8)
            .toList();
  }

  private static long number(UnknownFieldSet set, int field) {
    List<Long> values = set.getField(field).getVarintList();
    return values.isEmpty() ? 0 : values.getFirst();
  }

  private String string(UnknownFieldSet set, int field) {
    return strings.get((int) number(set, field));
  }

  private static List<UnknownFieldSet> messages(UnknownFieldSet set, int field) throws IOException {
    List<UnknownFieldSet> found = new ArrayList<>();
    for (ByteString bytes : set.getField(field).getLengthDelimitedList()) {
      found.add(UnknownFieldSet.parseFrom(bytes));
    }
    return found;
  }

  private static List<Long> packed(UnknownFieldSet set, int field) throws IOException {
    List<Long> values = new ArrayList<>();
    for (ByteString bytes : set.getField(field).getLengthDelimitedList()) {
      var in = bytes.newCodedInput();
      while (!in.isAtEnd()) {
        values.add(in.readInt64());
      }
    }
    return values;
  }

  /** Returns the stack of a sample, innermost first, as {@code function file:line}. */
  private List<String> stack(UnknownFieldSet sample) throws IOException {
    List<String> stack = new ArrayList<>();
    for (long id : packed(sample, 1)) {
      UnknownFieldSet location = byId(4, id);
      UnknownFieldSet line = messages(location, 4).getFirst();
      UnknownFieldSet function = byId(5, number(line, 1));
      stack.add(string(function, 2) + " " + string(function, 4) + ":" + number(line, 2));
    }
    return stack;
  }

  private UnknownFieldSet byId(int field, long id) throws IOException {
    return messages(message, field).stream()
        .filter(set -> number(set, 1) == id)
        .findFirst()
        .orElseThrow();
  }

  @Test
  void hasTheSampleTypesOfGoInTheirOrder() throws IOException {
    assertThat(messages(message, 1))
        .extracting(type -> string(type, 1) + "/" + string(type, 2))
        .containsExactly(
            "alloc_objects/count", "alloc_space/bytes", "inuse_objects/count", "inuse_space/bytes");
    assertThat(string(message, 14)).isEqualTo("inuse_space");
  }

  @Test
  void tellsPeriodAndTime() throws IOException {
    UnknownFieldSet type = messages(message, 11).getFirst();
    assertThat(string(type, 1) + "/" + string(type, 2)).isEqualTo("space/bytes");
    assertThat(number(message, 12)).isEqualTo(524_288);
    assertThat(number(message, 9))
        .isEqualTo(Profiles.TIME.getEpochSecond() * 1_000_000_000 + 123_456_789);
  }

  @Test
  void everySampleHasItsStackValuesAndLabels() throws IOException {
    UnknownFieldSet largest = messages(message, 2).getFirst();

    assertThat(stack(largest))
        .containsExactly("shop.Orders.put shop/Orders.java:20", "shop.Main.main shop/Main.java:10");
    assertThat(packed(largest, 2)).containsExactly(40L, 40_960L, 20L, 20_480L);
    List<UnknownFieldSet> labels = messages(largest, 3);
    assertThat(string(labels.get(0), 1)).isEqualTo("budget");
    assertThat(string(labels.get(0), 2)).isEqualTo("root/orders");
    assertThat(string(labels.get(1), 1)).isEqualTo("size_class");
    assertThat(number(labels.get(1), 3)).isEqualTo(1024);
    assertThat(string(labels.get(1), 4)).isEqualTo("bytes");
  }

  @Test
  void sumsAreThoseOfTheProfile() throws IOException {
    long live = 0;
    long allocated = 0;
    for (UnknownFieldSet sample : messages(message, 2)) {
      allocated += packed(sample, 2).get(1);
      live += packed(sample, 2).get(3);
    }
    assertThat(live).isEqualTo(6_400 + 20_480 + 640 + 100);
    assertThat(allocated).isEqualTo(64_000 + 40_960 + 6_400 + 8_192 + 200);
  }

  @Test
  void aSiteWithoutFramesAndLabelsIsToldAsUnknown() throws IOException {
    UnknownFieldSet unknown = messages(message, 2).get(3);

    assertThat(stack(unknown)).containsExactly("unknown :0");
    assertThat(messages(unknown, 3)).isEmpty();
  }

  @Test
  void functionsAndLocationsAreToldOnce() throws IOException {
    assertThat(messages(message, 5)).hasSize(4); // two lines of one function
    assertThat(messages(message, 4)).hasSize(5);
    assertThat(strings).doesNotHaveDuplicates().startsWith("");
  }

  @Test
  void commentsTellTheIntervals() {
    List<String> comments =
        message.getField(13).getVarintList().stream()
            .map(index -> strings.get(Math.toIntExact(index)))
            .toList();

    // value 27,620; error: root of 300^2 + 4,000^2 + 100^2 + 10^2; shift: its square / 2 / value
    assertThat(comments)
        .contains(
            "inuse_space: 27620, 95 % interval 23888 to 31934",
            "There are more sites, budgets and sizes than are told apart.")
        .anyMatch(
            comment -> comment.startsWith("inuse_space of shop.Orders.put(Orders.java:20): "));
  }

  @Test
  void hostileNamesAreStringsLikeOthers() throws IOException {
    read(Profiles.hostile());

    UnknownFieldSet sample = messages(message, 2).getFirst();
    String shown = Texts.printable(Profiles.ATTACK);
    assertThat(string(messages(sample, 3).getFirst(), 2)).isEqualTo(shown).contains("<script>");
    assertThat(stack(sample).getFirst()).startsWith(shown + "." + shown).endsWith(":0");
    assertThat(strings).noneMatch(string -> string.contains("\n") || string.contains("\u001b"));
  }
}
