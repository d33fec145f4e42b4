package io.rmm.exporter.profile;

import com.google.protobuf.CodedOutputStream;
import io.rmm.allocator.Estimate;
import io.rmm.allocator.Site;
import io.rmm.allocator.SiteProfile;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.time.Instant;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Function;
import java.util.zip.GZIPOutputStream;

/**
 * Writes the format of {@code pprof}: a message {@code perftools.profiles.Profile}, compressed.
 *
 * <p>The schema is {@code proto/profile.proto} of github.com/google/pprof; the field numbers below
 * are its. The message is small and fixed, so it is written field by field with the protocol
 * buffers library, and no classes are generated from the schema: they would be four thousand lines,
 * and tie users to the one version of the library that they were generated for.
 *
 * <p>Sample types and their order are those of Go's heap profiles, so that {@code -inuse_space} and
 * its siblings work. As there, the values are scaled up already, and {@code period} tells the mean
 * bytes between samples. Every sample has its budget and the size of its slots as labels, by which
 * {@code -tagfocus} and {@code -tagroot} select. There is no field for an error; comments (shown by
 * {@code -comments}) tell the intervals of the sums and of the largest sites.
 */
final class PprofWriter {

  // Fields of Profile
  private static final int SAMPLE_TYPE = 1;
  private static final int SAMPLE = 2;
  private static final int LOCATION = 4;
  private static final int FUNCTION = 5;
  private static final int STRING_TABLE = 6;
  private static final int TIME_NANOS = 9;
  private static final int PERIOD_TYPE = 11;
  private static final int PERIOD = 12;
  private static final int COMMENT = 13;
  private static final int DEFAULT_SAMPLE_TYPE = 14;

  /** Sites whose intervals are told in comments: what fits a screen. */
  private static final int COMMENTED_SITES = 20;

  private final HeapProfile profile;
  private final CodedOutputStream out;
  private final Map<String, Integer> strings = new LinkedHashMap<>();
  private final Map<FunctionKey, Integer> functions = new LinkedHashMap<>();
  private final Map<LocationKey, Integer> locations = new LinkedHashMap<>();
  private final Map<Site, byte[]> stacks = new HashMap<>();

  private record FunctionKey(String name, String file) {}

  private record LocationKey(int function, int line) {}

  /** Writes the fields of a message. */
  @FunctionalInterface
  private interface Fields {
    void write(CodedOutputStream message) throws IOException;
  }

  private PprofWriter(HeapProfile profile, CodedOutputStream out) {
    this.profile = profile;
    this.out = out;
    string("");
  }

  static void write(HeapProfile profile, OutputStream out) throws IOException {
    GZIPOutputStream compressed = new GZIPOutputStream(out);
    CodedOutputStream message = CodedOutputStream.newInstance(compressed);
    new PprofWriter(profile, message).write();
    message.flush();
    compressed.finish();
  }

  private void write() throws IOException {
    type(SAMPLE_TYPE, "alloc_objects", "count");
    type(SAMPLE_TYPE, "alloc_space", "bytes");
    type(SAMPLE_TYPE, "inuse_objects", "count");
    type(SAMPLE_TYPE, "inuse_space", "bytes");
    for (SiteProfile.Sample sample : profile.sites().samples()) {
      sample(sample);
    }
    type(PERIOD_TYPE, "space", "bytes");
    // Where every block is observed, one byte is as true as any and divides nothing by zero.
    out.writeInt64(PERIOD, Math.max(1, profile.sites().meanBytes()));
    out.writeInt64(TIME_NANOS, nanos(profile.time()));
    out.writeInt64(DEFAULT_SAMPLE_TYPE, string("inuse_space"));
    comments();
    for (Map.Entry<LocationKey, Integer> location : locations.entrySet()) {
      location(location.getKey(), location.getValue());
    }
    for (Map.Entry<FunctionKey, Integer> function : functions.entrySet()) {
      function(function.getKey(), function.getValue());
    }
    // Last, when all are known: the order of fields is free.
    for (String string : strings.keySet()) {
      out.writeString(STRING_TABLE, string);
    }
  }

  private void type(int field, String type, String unit) throws IOException {
    message(
        out,
        field,
        message -> {
          message.writeInt64(1, string(type));
          message.writeInt64(2, string(unit));
        });
  }

  private void sample(SiteProfile.Sample sample) throws IOException {
    byte[] stack = stacks.get(sample.site());
    if (stack == null) {
      stack = stack(sample.site());
      stacks.put(sample.site(), stack);
    }
    byte[] locationIds = stack;
    message(
        out,
        SAMPLE,
        message -> {
          message.writeByteArray(1, locationIds);
          message(
              message,
              2,
              values -> {
                values.writeInt64NoTag(sample.allocatedObjects().value());
                values.writeInt64NoTag(sample.allocatedBytes().value());
                values.writeInt64NoTag(sample.liveObjects().value());
                values.writeInt64NoTag(sample.liveBytes().value());
              });
          if (!sample.budget().isEmpty()) {
            message(
                message,
                3,
                label -> {
                  label.writeInt64(1, string("budget"));
                  label.writeInt64(2, string(Texts.printable(sample.budget())));
                });
          }
          if (sample.blockBytes() > 0) {
            message(
                message,
                3,
                label -> {
                  label.writeInt64(1, string("size_class"));
                  label.writeInt64(3, sample.blockBytes());
                  label.writeInt64(4, string("bytes"));
                });
          }
        });
  }

  /** Returns the ids of the locations, innermost first, as the format has them. */
  private byte[] stack(Site site) throws IOException {
    return bytes(
        ids -> {
          if (!site.isKnown()) {
            ids.writeUInt64NoTag(locationId(Texts.UNKNOWN, "", 0));
          }
          for (StackTraceElement frame : site.frames()) {
            ids.writeUInt64NoTag(
                locationId(Texts.function(frame), path(frame), Math.max(0, frame.getLineNumber())));
          }
        });
  }

  private int locationId(String function, String file, int line) {
    // Ids begin with 1: 0 means none.
    int functionId =
        functions.computeIfAbsent(new FunctionKey(function, file), _ -> functions.size() + 1);
    return locations.computeIfAbsent(new LocationKey(functionId, line), _ -> locations.size() + 1);
  }

  /** Returns the source file with the folders of its package, by which pprof finds sources. */
  private static String path(StackTraceElement frame) {
    String file = frame.getFileName();
    if (file == null) {
      return "";
    }
    int end = frame.getClassName().lastIndexOf('.');
    String folder = end < 0 ? "" : frame.getClassName().substring(0, end + 1).replace('.', '/');
    return Texts.printable(folder + file);
  }

  private void location(LocationKey key, int id) throws IOException {
    message(
        out,
        LOCATION,
        message -> {
          message.writeUInt64(1, id);
          message(
              message,
              4,
              line -> {
                line.writeUInt64(1, key.function());
                line.writeInt64(2, key.line());
              });
        });
  }

  private void function(FunctionKey key, int id) throws IOException {
    message(
        out,
        FUNCTION,
        message -> {
          message.writeUInt64(1, id);
          message.writeInt64(2, string(key.name()));
          message.writeInt64(3, string(key.name()));
          message.writeInt64(4, string(key.file()));
        });
  }

  private void comments() throws IOException {
    SiteProfile sites = profile.sites();
    comment(
        "Off-heap memory of " + Texts.printable(profile.manager()) + ", estimated from samples.");
    comment("inuse_space: " + interval(sum(SiteProfile.Sample::liveBytes)));
    comment("inuse_objects: " + interval(sum(SiteProfile.Sample::liveObjects)));
    comment("alloc_space: " + interval(sum(SiteProfile.Sample::allocatedBytes)));
    comment("alloc_objects: " + interval(sum(SiteProfile.Sample::allocatedObjects)));
    for (SiteProfile.Entry site : sites.sites().stream().limit(COMMENTED_SITES).toList()) {
      comment(
          "inuse_space of "
              + Texts.printable(site.site().top())
              + ": "
              + interval(site.live())
              + "; alloc_space: "
              + interval(site.allocated()));
    }
    if (sites.truncated()) {
      comment("There are more sites, budgets and sizes than are told apart.");
    }
  }

  private Estimate sum(Function<SiteProfile.Sample, Estimate> part) {
    return Estimate.sum(profile.sites().samples().stream().map(part).toList());
  }

  private static String interval(Estimate estimate) {
    return estimate.value() + ", 95 % interval " + estimate.low() + " to " + estimate.high();
  }

  private void comment(String text) throws IOException {
    out.writeInt64(COMMENT, string(text));
  }

  private int string(String text) {
    return strings.computeIfAbsent(text, _ -> strings.size());
  }

  private static long nanos(Instant time) {
    return time.getEpochSecond() * 1_000_000_000 + time.getNano();
  }

  private static void message(CodedOutputStream out, int field, Fields fields) throws IOException {
    out.writeByteArray(field, bytes(fields));
  }

  private static byte[] bytes(Fields fields) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    CodedOutputStream message = CodedOutputStream.newInstance(bytes, BUFFER);
    fields.write(message);
    message.flush();
    return bytes.toByteArray();
  }

  /** What the small messages fit into; the library's default of 4 KiB would be made for each. */
  private static final int BUFFER = 64;
}
