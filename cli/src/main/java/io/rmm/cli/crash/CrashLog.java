package io.rmm.cli.crash;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What HotSpot's crash log, {@code hs_err_pidN.log}, tells of a crash.
 *
 * <p>The log is text for people and has no format that anybody vouches for; it is written by a
 * process that is dying, and may end anywhere. So each thing is looked for by itself, and may be
 * missing. Tried with JDK 25.
 *
 * @param pid the number of the process
 * @param signal the name of the signal
 * @param faultAddress the address that the access was to
 * @param write whether the access was a write, where the processor tells
 * @param thread the name of the thread, or an empty string
 * @param nativeFrame the innermost frame, if it is not Java's, or an empty string
 * @param javaFrames the methods on the stack as {@code class.method}, innermost first, without the
 *     JDK's own
 * @param started when the process began, to a second or two
 * @param slotFiles files of guarded blocks that the process had mapped
 * @param complete whether the log goes to its end
 */
public record CrashLog(
    long pid,
    String signal,
    OptionalLong faultAddress,
    Optional<Boolean> write,
    String thread,
    String nativeFrame,
    List<String> javaFrames,
    Optional<Instant> started,
    List<Path> slotFiles,
    boolean complete) {

  /** The largest that was seen has a few MB, of a process with thousands of mappings. */
  private static final long MAX_BYTES = 64L << 20;

  private static final String BEGIN = "# A fatal error has been detected by the Java Runtime";

  private static final Pattern SIGNAL =
      Pattern.compile("^#  (SIG\\w+) \\(0x[0-9a-f]+\\).*\\bpid=(\\d{1,18}),", Pattern.MULTILINE);

  /** To the end of the line, as the first digits of an address are another address. */
  private static final Pattern FAULT =
      Pattern.compile("^siginfo: .*\\bsi_addr: 0x([0-9a-f]{1,16})\\R", Pattern.MULTILINE);

  /** What the processor pushes for a page fault: bit 1 says that it was a write. */
  private static final Pattern X86_ERROR =
      Pattern.compile("\\bERR=0x([0-9a-f]{16})\\b", Pattern.MULTILINE);

  /** The same processor's number of a page fault; with others the error means something else. */
  private static final Pattern X86_PAGE_FAULT =
      Pattern.compile("\\bTRAPNO=0x000000000000000e\\b", Pattern.MULTILINE);

  private static final Pattern THREAD =
      Pattern.compile("^Current thread \\(.*?\\):  \\w+ \"(.*)\" ", Pattern.MULTILINE);

  private static final Pattern NATIVE_FRAME =
      Pattern.compile("^# Problematic frame:\\R# [CV]  (.*)$", Pattern.MULTILINE);

  /** Without a way back, for which the regular expression would need stack for each line. */
  private static final Pattern NATIVE_STACK =
      Pattern.compile("^Native frames:.*\\R((?:(?!Java frames:).+\\R)++)", Pattern.MULTILINE);

  /**
   * The Java frames alone: all there are where the native stack cannot be followed up to them, as
   * in a library that was compiled without frame pointers.
   */
  private static final Pattern JAVA_STACK =
      Pattern.compile("^Java frames:.*\\R((?:.+\\R)++)", Pattern.MULTILINE);

  /** Interpreted and compiled methods; the class, the method, and then the signature. */
  private static final Pattern JAVA_FRAME =
      Pattern.compile("^[jJ] .*?([\\w$.]+)(?:\\+0x[0-9a-f]+)?(\\.[\\w$<>]+)\\(", Pattern.MULTILINE);

  private static final Pattern OF_THE_JDK = Pattern.compile("java\\.|javax\\.|jdk\\.|sun\\..*");

  private static final Pattern TIME =
      Pattern.compile(
          "^Time: (.*?) elapsed time: (\\d{1,12})(\\.\\d+)? seconds", Pattern.MULTILINE);

  private static final DateTimeFormatter DATE =
      DateTimeFormatter.ofPattern("EEE MMM d HH:mm:ss yyyy z", Locale.ROOT);

  /**
   * In the list of mappings, which the log calls dynamic libraries. All that stands before the path
   * is told apart, lest each slash of a long line be tried as its beginning.
   */
  private static final Pattern SLOT_FILE =
      Pattern.compile(
          "^[0-9a-f]+-[0-9a-f]+ rw-s \\S+ \\S+ \\d+ +(/.*/slots-\\d+-\\d+-\\d+\\.rmm)$",
          Pattern.MULTILINE);

  private static final String END = "\nEND.";

  /**
   * Reads a log.
   *
   * @throws IOException if it cannot be read, or is no crash log, with a message that says which
   */
  public static CrashLog read(Path path) throws IOException {
    if (!Files.isRegularFile(path)) {
      throw new IOException(path + " is no file");
    }
    if (Files.size(path) > MAX_BYTES) {
      throw new IOException(path + " is too large for a JVM's crash log");
    }
    // As bytes, since it may hold anything, such as names of files and threads.
    String text = Files.readString(path, StandardCharsets.ISO_8859_1);
    Matcher signal = SIGNAL.matcher(text);
    if (!text.contains(BEGIN)) {
      throw new IOException(path + " is not a JVM's crash log (hs_err_pidN.log)");
    }
    if (!signal.find()) {
      throw new IOException(
          path + " does not tell of a signal: it is cut off, or the JVM ended for another reason");
    }
    return new CrashLog(
        Long.parseLong(signal.group(2)),
        signal.group(1),
        faultAddress(text),
        write(text),
        utf8(first(THREAD, text)),
        withoutAddresses(first(NATIVE_FRAME, text)),
        javaFrames(text),
        started(text),
        SLOT_FILE.matcher(text).results().map(CrashLog::path).toList(),
        text.contains(END));
  }

  private static OptionalLong faultAddress(String text) {
    String address = first(FAULT, text);
    return address.isEmpty()
        ? OptionalLong.empty()
        : OptionalLong.of(Long.parseUnsignedLong(address, 16));
  }

  private static Optional<Boolean> write(String text) {
    String error = first(X86_ERROR, text);
    return error.isEmpty() || !X86_PAGE_FAULT.matcher(text).find()
        ? Optional.empty()
        : Optional.of((Long.parseUnsignedLong(error, 16) & 2) != 0);
  }

  private static List<String> javaFrames(String text) {
    List<String> frames = javaFramesIn(first(NATIVE_STACK, text));
    return frames.isEmpty() ? javaFramesIn(first(JAVA_STACK, text)) : frames;
  }

  private static List<String> javaFramesIn(String stack) {
    return JAVA_FRAME
        .matcher(stack)
        .results()
        .map(frame -> utf8(frame.group(1) + frame.group(2)))
        .filter(frame -> !OF_THE_JDK.matcher(frame).lookingAt())
        .toList();
  }

  private static Optional<Instant> started(String text) {
    Matcher time = TIME.matcher(text);
    if (!time.find()) {
      return Optional.empty();
    }
    try {
      Instant crashed = ZonedDateTime.parse(time.group(1).replaceAll(" +", " "), DATE).toInstant();
      return Optional.of(crashed.minus(Duration.ofSeconds(Long.parseLong(time.group(2)))));
    } catch (DateTimeException e) {
      // A zone that Java does not know by that name.
      return Optional.empty();
    }
  }

  private static Path path(MatchResult mapping) {
    return Path.of(utf8(mapping.group(1)));
  }

  private static String withoutAddresses(String frame) {
    return frame.replaceAll("\\b0x[0-9a-f]{9,16}\\b", "").strip();
  }

  private static String utf8(String bytes) {
    return new String(bytes.getBytes(StandardCharsets.ISO_8859_1), StandardCharsets.UTF_8);
  }

  private static String first(Pattern pattern, String text) {
    Matcher matcher = pattern.matcher(text);
    return matcher.find() ? matcher.group(1) : "";
  }
}
