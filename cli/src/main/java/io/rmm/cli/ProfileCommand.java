package io.rmm.cli;

import io.rmm.allocator.SiteProfile;
import io.rmm.cli.attach.AttachException;
import io.rmm.cli.attach.JvmConnection;
import io.rmm.cli.profile.ProfileTable;
import io.rmm.cli.profile.RemoteProfile;
import io.rmm.dashboards.console.Amounts;
import io.rmm.dashboards.console.ManagerName;
import io.rmm.exporter.profile.HeapProfile;
import io.rmm.exporter.profile.ProfileFormat;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import javax.management.JMException;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Writes the heap profile of a running program. */
@Command(
    name = "profile",
    description = {
      "Tells which places in a running program hold its off-heap memory, or have allocated it.",
      "Without --output: a table of live bytes on the terminal."
    },
    mixinStandardHelpOptions = true,
    versionProvider = Rmm.ManifestVersion.class,
    exitCodeListHeading = "%nExit codes:%n",
    exitCodeList = {
      "0:it was printed or written",
      "1:the JVM cannot be attached to, has no such memory manager, or the file not be written",
      "2:wrong usage"
    })
final class ProfileCommand implements Callable<Integer> {

  /** What to count. */
  enum Kind {
    LIVE,
    ALLOCATED
  }

  /** What to write, and how the names of such files end. */
  enum Format {
    PPROF(".pb.gz", ".pprof"),
    COLLAPSED(".collapsed", ".folded"),
    HTML(".html"),
    TEXT(".txt");

    @SuppressWarnings("ImmutableEnumChecker") // List.of is immutable
    private final List<String> extensions;

    Format(String... extensions) {
      this.extensions = List.of(extensions);
    }

    private boolean isOf(Path file) {
      String name = String.valueOf(file.getFileName()).toLowerCase(Locale.ROOT);
      return extensions.stream().anyMatch(name::endsWith);
    }
  }

  @Spec private CommandSpec spec;

  @Parameters(
      paramLabel = "PID",
      converter = ProcessNumberConverter.class,
      description = "The process.")
  private long pid;

  @Option(
      names = {"-o", "--output"},
      paramLabel = "FILE",
      description = {
        "Where to write. How its name ends decides the format: .pb.gz for pprof,",
        ".collapsed for flamegraph.pl and its like, .html for a flame graph, .txt for a table."
      })
  private @Nullable Path output;

  @Option(
      names = "--format",
      paramLabel = "FORMAT",
      description = "pprof, collapsed, html or text, whatever the name of the file.")
  private @Nullable Format format;

  @Option(
      names = "--kind",
      paramLabel = "KIND",
      description =
          "live or allocated, for collapsed and text; pprof and html have both. Default: live.")
  private @Nullable Kind kind;

  @Option(
      names = "--manager",
      paramLabel = "NAME",
      description = "Which memory manager, if there are several.")
  private @Nullable String manager;

  @Option(
      names = "--top",
      paramLabel = "N",
      defaultValue = "20",
      description = "For text: how many sites to tell of. Default: ${DEFAULT-VALUE}.")
  private int top;

  @Option(
      names = {"-f", "--force"},
      description = "Write over a file that is there.")
  private boolean force;

  /** Made by picocli. */
  ProfileCommand() {}

  @Override
  public Integer call() {
    Format chosen = chosen();
    check(chosen);
    try (JvmConnection jvm = JvmConnection.open(pid)) {
      ManagerName name = manager(jvm.call(ManagerName::all));
      SiteProfile sites =
          jvm.call(beans -> RemoteProfile.read(beans, name))
              .orElseThrow(
                  () ->
                      new AttachException(
                          "the RMM of process "
                              + pid
                              + " shows no profile: it is of an older version"));
      HeapProfile profile = new HeapProfile(name.toString(), Instant.now(), sites);
      if (output == null) {
        print(profile, chosen);
      } else {
        write(profile, chosen, output);
      }
      return ExitCode.OK;
    } catch (AttachException | JMException | IOException e) {
      return Messages.fail(spec, e);
    }
  }

  private Format chosen() {
    if (format != null) {
      return format;
    }
    if (output == null) {
      return Format.TEXT;
    }
    return Arrays.stream(Format.values())
        .filter(known -> known.isOf(output))
        .findFirst()
        .orElseThrow(
            () -> wrong("the name " + output + " does not say in which format: give --format too"));
  }

  private void check(Format chosen) {
    boolean both = chosen == Format.PPROF || chosen == Format.HTML;
    if (output == null && both) {
      throw wrong("pprof and html are for files: give --output");
    }
    if (kind != null && both) {
      throw wrong("--kind is for collapsed and text; pprof and html have both");
    }
    if (output == null && force) {
      throw wrong("--force is for --output");
    }
    if (top < 1) {
      throw wrong("--top must be 1 or more");
    }
  }

  private ParameterException wrong(String message) {
    return new ParameterException(spec.commandLine(), message);
  }

  private ManagerName manager(List<ManagerName> all) throws AttachException {
    if (all.isEmpty()) {
      throw new AttachException("process " + pid + " shows no memory manager in JMX");
    }
    if (manager == null && all.size() == 1) {
      return all.getFirst();
    }
    String names =
        all.stream()
            .map(name -> "'" + Amounts.brief(name.toString()) + "'")
            .collect(Collectors.joining(", "));
    if (manager == null) {
      throw new AttachException(
          "process " + pid + " has several memory managers; choose with --manager from " + names);
    }
    return all.stream()
        .filter(name -> name.toString().equals(manager))
        .findFirst()
        .orElseThrow(
            () ->
                new AttachException(
                    "process " + pid + " has no memory manager '" + manager + "', but " + names));
  }

  private void print(HeapProfile profile, Format chosen) throws IOException {
    PrintWriter out = spec.commandLine().getOut();
    var bytes = new ByteArrayOutputStream();
    write(profile, chosen, bytes);
    out.print(bytes.toString(StandardCharsets.UTF_8));
    out.flush();
  }

  private void write(HeapProfile profile, Format chosen, Path file) throws IOException {
    try (StagedFiles files = StagedFiles.forOwner(force)) {
      files.<RuntimeException, RuntimeException>add(file, out -> write(profile, chosen, out));
      files.commit();
    }
    Messages.say(spec, "Profile: " + file);
  }

  private void write(HeapProfile profile, Format chosen, OutputStream out) throws IOException {
    boolean live = kind != Kind.ALLOCATED;
    switch (chosen) {
      case PPROF -> profile.write(ProfileFormat.PPROF, out);
      case HTML -> profile.write(ProfileFormat.FLAME_GRAPH, out);
      case COLLAPSED ->
          profile.write(live ? ProfileFormat.LIVE_STACKS : ProfileFormat.ALLOCATED_STACKS, out);
      case TEXT -> {
        for (String line : ProfileTable.lines(profile.sites(), live, top)) {
          out.write((line + System.lineSeparator()).getBytes(StandardCharsets.UTF_8));
        }
      }
    }
  }
}
