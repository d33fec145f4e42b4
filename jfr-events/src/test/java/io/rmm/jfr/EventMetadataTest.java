package io.rmm.jfr;

import static org.assertj.core.api.Assertions.assertThat;

import io.rmm.allocator.signal.EventType;
import java.lang.reflect.Field;
import java.lang.reflect.Modifier;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import jdk.jfr.Event;
import jdk.jfr.FlightRecorder;
import jdk.jfr.Label;
import jdk.jfr.Name;
import jdk.jfr.Registered;
import jdk.jfr.SettingDefinition;
import jdk.jfr.SettingDescriptor;
import jdk.jfr.ValueDescriptor;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * The events as Flight Recorder understood them, against the registry of names and against the
 * rules by which OpenJDK checks its own events (TestEventMetadata).
 */
class EventMetadataTest {

  private static final Set<String> IMPLICIT =
      Set.of("startTime", "duration", "eventThread", "stackTrace");

  @BeforeAll
  static void register() {
    EventRegistration.ensureStarted();
    assertThat(FlightRecorder.getFlightRecorder()).isNotNull();
  }

  @Test
  void everyEventOfTheRegistryIsRegisteredAndNoOther() {
    assertThat(recorded().map(jdk.jfr.EventType::getName))
        .containsExactlyInAnyOrderElementsOf(
            Arrays.stream(EventType.values()).map(EventType::eventName).toList());
  }

  /** Flight Recorder drops a field of a type that it does not support without a word. */
  @ParameterizedTest
  @EnumSource
  void fieldsAreThoseOfTheRegistry(EventType type) {
    List<String> expected = new ArrayList<>(type.fields());
    if (type != EventType.SCOPE) {
      expected.add("manager");
    }

    assertThat(fields(recorded(type)).map(ValueDescriptor::getName))
        .containsExactlyInAnyOrderElementsOf(expected);
  }

  @ParameterizedTest
  @EnumSource
  void descriptionIsThatOfTheRegistry(EventType type) {
    assertThat(recorded(type).getDescription()).isEqualTo(type.description());
  }

  @ParameterizedTest
  @EnumSource
  void categoryIsOurs(EventType type) {
    assertThat(recorded(type).getCategoryNames()).containsExactly("Runtime Memory Manager");
  }

  @Test
  void onlyEventsThatTellWhoActedTakeStacks() {
    assertThat(recorded().filter(event -> defaultOf(event, "stackTrace").equals("true")))
        .extracting(jdk.jfr.EventType::getName)
        .containsExactlyInAnyOrder(
            EventType.ALLOCATION_SAMPLE.eventName(),
            EventType.ARENA_CLOSE.eventName(),
            EventType.ALLOCATION_REJECTED.eventName(),
            EventType.MISUSE.eventName());
  }

  @Test
  void defaultsOfRateAndPeriod() {
    assertThat(defaultOf(recorded(EventType.ALLOCATION_SAMPLE), "throttle")).isEqualTo("100/s");
    assertThat(defaultOf(recorded(EventType.ALLOCATION_REJECTED), "throttle")).isEqualTo("20/s");
    assertThat(defaultOf(recorded(EventType.MISUSE), "throttle")).isEqualTo("50/s");
    assertThat(defaultOf(recorded(EventType.SLOW_ALLOCATION), "throttle")).isEqualTo("50/s");
    assertThat(defaultOf(recorded(EventType.ARENA_CLOSE), "throttle")).isEqualTo("50/s");
    assertThat(defaultOf(recorded(EventType.MANAGER_STATISTICS), "period")).isEqualTo("5 s");
    assertThat(defaultOf(recorded(EventType.BUDGET_STATISTICS), "period")).isEqualTo("5 s");
    assertThat(defaultOf(recorded(EventType.SIZE_CLASS_STATISTICS), "period")).isEqualTo("30 s");
    assertThat(defaultOf(recorded(EventType.THREAD_HEAP_STATISTICS), "period")).isEqualTo("30 s");
    assertThat(defaultOf(recorded(EventType.EXPORTER_STATISTICS), "period")).isEqualTo("30 s");
    assertThat(defaultOf(recorded(EventType.CONFIGURATION), "period")).isEqualTo("beginChunk");
  }

  @Test
  void onlyWhatIsToldOfEveryBlockOrByTheProgramIsOff() {
    assertThat(recorded().filter(event -> defaultOf(event, "enabled").equals("false")))
        .extracting(jdk.jfr.EventType::getName)
        .containsExactlyInAnyOrder(
            EventType.ALLOCATION.eventName(),
            EventType.FREE.eventName(),
            EventType.SCOPE.eventName());
  }

  @Test
  void theSettingsOfAnAllocationGoForBothEventsOfItsPairAndNeitherHasAThrottle() {
    jdk.jfr.EventType allocation = recorded(EventType.ALLOCATION);
    assertThat(defaultOf(allocation, "minimumSize")).isEqualTo("0");
    assertThat(defaultOf(allocation, "sampleRatio")).isEqualTo("1/1");
    assertThat(defaultOf(allocation, "budgets")).isEqualTo("*");
    assertThat(defaultOf(allocation, "throttle")).isEmpty();
    jdk.jfr.EventType free = recorded(EventType.FREE);
    for (String setting : List.of("minimumSize", "sampleRatio", "budgets", "throttle")) {
      assertThat(defaultOf(free, setting)).as(setting).isEmpty();
    }
  }

  @Test
  void whatTookLongHasItsOwnMinimum() {
    assertThat(defaultOf(recorded(EventType.SLOW_ALLOCATION), "minimumTime")).isEqualTo("1 ms");
    assertThat(defaultOf(recorded(EventType.ARENA_CLOSE), "minimumTime")).isEqualTo("100 us");
  }

  /** What `jfr metadata` and Mission Control show of a setting. */
  @ParameterizedTest
  @EnumSource
  void settingsOfOurOwnAreDescribed(EventType type) {
    Set<String> ofJdk = Set.of("enabled", "stackTrace", "threshold", "throttle", "period");
    for (SettingDescriptor setting : recorded(type).getSettingDescriptors()) {
      if (!ofJdk.contains(setting.getName())) {
        checkLabel(setting.getLabel());
        checkDescription(setting.getDescription());
      }
    }
  }

  /** A static field whose initialiser does something can deadlock with Flight Recorder. */
  @ParameterizedTest
  @MethodSource("events")
  void eventClassHasNoStaticField(Class<? extends Event> event) {
    assertThat(event.getDeclaredFields()).noneMatch(field -> isOwnStatic(field));
  }

  /** Flight Recorder puts one of its own into each class. */
  private static boolean isOwnStatic(Field field) {
    return Modifier.isStatic(field.getModifiers()) && !field.getName().equals("eventConfiguration");
  }

  @ParameterizedTest
  @MethodSource("events")
  void eventClassWaitsForTheFirstRecording(Class<? extends Event> event) {
    assertThat(event.getAnnotation(Registered.class).value()).isFalse();
    assertThat(event.getAnnotation(Name.class).value()).startsWith("rmm.");
    assertThat(event.getAnnotation(Label.class)).isNotNull();
  }

  static Stream<Class<? extends Event>> events() {
    return Signals.ALL.stream().map(Signal::event);
  }

  @ParameterizedTest
  @EnumSource
  void wordingKeepsTheRules(EventType type) {
    jdk.jfr.EventType event = recorded(type);
    assertThat(event.getName()).matches("rmm\\.[A-Z][A-Za-z]{1,30}").doesNotContain("Event");
    checkLabel(event.getLabel());
    checkDescription(event.getDescription());
    List<ValueDescriptor> fields = fields(event).toList();
    assertThat(fields).extracting(ValueDescriptor::getLabel).doesNotHaveDuplicates();
    for (ValueDescriptor field : fields) {
      checkFieldName(field.getName());
      checkLabel(field.getLabel());
      checkDescription(field.getDescription());
    }
  }

  private static void checkFieldName(String name) {
    assertThat(name).matches("[a-z][A-Za-z]{1,30}").doesNotContain("ID");
    assertThat(name.toLowerCase(java.util.Locale.ROOT))
        .as("abbreviation in the field name %s", name)
        .doesNotContainPattern("alloc(?!at)|stat(?!istic|e)|config(?!uration)|info(?!rmation)");
  }

  private static void checkLabel(String label) {
    assertThat(label).hasSizeBetween(2, 44).isEqualTo(label.strip()).doesNotContain("  ");
    for (String word : label.split(" ", -1)) {
      assertThat(Character.isUpperCase(word.charAt(0)) || word.matches("by|of|in|at|to"))
          .as("headline style of the label '%s'", label)
          .isTrue();
    }
  }

  private static void checkDescription(String description) {
    assertThat(description)
        .hasSizeBetween(11, 299)
        .isEqualTo(description.strip())
        .matches("[A-Z].*")
        .doesNotEndWith(".")
        .doesNotContain("  ");
  }

  /** Flight Recorder's tools know the unit of an amount only from its annotation. */
  @Test
  void amountsOfBytesAndTimesSaySo() {
    List<String> counts =
        List.of(
            "allocationId",
            "liveBlocks",
            "allocations",
            "frees",
            "rejections",
            "misuses",
            "remoteFrees",
            "observedBlocks",
            "suppressed",
            "blocks",
            "live",
            "slowPaths",
            "threadHeaps",
            "occurrences",
            "stripes",
            "contended",
            "sent",
            "dropped",
            "failed",
            "queued",
            "oldValue", // in the unit of the knob
            "newValue");
    assertThat(
            recorded()
                .flatMap(EventMetadataTest::fields)
                .filter(field -> field.getTypeName().equals("long"))
                .filter(field -> field.getContentType() == null)
                .map(ValueDescriptor::getName))
        .isSubsetOf(counts);
  }

  private static Stream<jdk.jfr.EventType> recorded() {
    return FlightRecorder.getFlightRecorder().getEventTypes().stream()
        .filter(event -> event.getName().startsWith("rmm."));
  }

  private static jdk.jfr.EventType recorded(EventType type) {
    return recorded()
        .filter(event -> event.getName().equals(type.eventName()))
        .findFirst()
        .orElseThrow();
  }

  private static Stream<ValueDescriptor> fields(jdk.jfr.EventType event) {
    return event.getFields().stream().filter(field -> !IMPLICIT.contains(field.getName()));
  }

  /** See {@link TraceSettings}: with two in one class, each commit may fail. */
  @Test
  void noClassHasTwoSettings() {
    for (Signal signal : Signals.ALL) {
      for (Class<?> type = signal.event(); type != Event.class; type = type.getSuperclass()) {
        assertThat(type.getDeclaredMethods())
            .filteredOn(method -> method.isAnnotationPresent(SettingDefinition.class))
            .as(type.getName())
            .hasSizeLessThan(2);
      }
    }
  }

  private static String defaultOf(jdk.jfr.EventType event, String setting) {
    return event.getSettingDescriptors().stream()
        .filter(descriptor -> descriptor.getName().equals(setting))
        .map(SettingDescriptor::getDefaultValue)
        .findFirst()
        .orElse("");
  }
}
