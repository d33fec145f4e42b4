package io.rmm.analysis;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.openjdk.jmc.common.item.IItemCollection;
import org.openjdk.jmc.common.util.IPreferenceValueProvider;
import org.openjdk.jmc.common.util.TypedPreference;
import org.openjdk.jmc.flightrecorder.CouldNotLoadRecordingException;
import org.openjdk.jmc.flightrecorder.JfrLoaderToolkit;
import org.openjdk.jmc.flightrecorder.rules.IResult;
import org.openjdk.jmc.flightrecorder.rules.IRule;
import org.openjdk.jmc.flightrecorder.rules.ResultProvider;

/** Evaluates a rule over a recording that a test writes. */
final class RuleTester {

  /** What a test writes into a recording. */
  interface Content {
    void write(SyntheticRecording recording) throws IOException;
  }

  private RuleTester() {}

  static IItemCollection record(Path directory, Content content) throws IOException {
    Path file = Files.createTempFile(directory, "synthetic", ".jfr");
    try (SyntheticRecording recording = new SyntheticRecording(file)) {
      content.write(recording);
    }
    try {
      return JfrLoaderToolkit.loadEvents(file.toFile());
    } catch (CouldNotLoadRecordingException e) {
      throw new IOException(e);
    }
  }

  static IResult evaluate(IRule rule, IItemCollection items) throws Exception {
    return evaluate(rule, items, Map.of());
  }

  static IResult evaluate(
      IRule rule, IItemCollection items, Map<TypedPreference<?>, Object> preferences)
      throws Exception {
    IPreferenceValueProvider provider =
        new IPreferenceValueProvider() {
          @Override
          @SuppressWarnings("unchecked")
          public <T> T getPreferenceValue(TypedPreference<T> preference) {
            return (T) preferences.getOrDefault(preference, preference.getDefaultValue());
          }
        };
    var evaluation = rule.createEvaluation(items, provider, new ResultProvider());
    evaluation.run();
    return evaluation.get();
  }
}
