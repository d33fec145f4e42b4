import java.io.IOException;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Set;
import java.util.TreeMap;
import java.util.spi.ToolProvider;

/**
 * Checks or applies google-java-format to every Java file of the project.
 *
 * <p>Run by Maven from source, in a JVM of its own, with google-java-format on the class path (see
 * the parent pom). Files found well formatted are remembered by content under {@code target/}, so
 * that a second run looks only at what changed.
 *
 * <p>Arguments: {@code check} or {@code apply}; the project folder; the formatter's jar, whose name
 * is part of the memory's key.
 */
final class Format {

  private Format() {}

  public static void main(String[] args) throws Exception {
    boolean apply = args[0].equals("apply");
    Path root = Path.of(args[1]).toAbsolutePath().normalize();
    String formatterKey = "# " + Files.size(Path.of(args[2]));
    Path memory = root.resolve("target/format/formatted.txt");

    Set<String> known = readMemory(memory, formatterKey);
    var hashes = new TreeMap<Path, String>();
    for (Path file : javaFiles(root)) {
      hashes.put(file, hash(file));
    }
    List<Path> candidates =
        hashes.keySet().stream().filter(f -> !known.contains(hashes.get(f))).toList();

    int status = candidates.isEmpty() ? 0 : format(apply, candidates);
    if (status != 0 && !apply) {
      System.err.println(
          "The files above are not formatted. Format them with: mvn -N -q -Pformat validate");
    }
    if (status == 0) {
      var lines = new ArrayList<String>();
      lines.add(formatterKey);
      for (Path file : hashes.keySet()) {
        lines.add(apply ? hash(file) : hashes.get(file));
      }
      Files.createDirectories(memory.getParent());
      Files.write(memory, lines);
    }
    System.out.printf(
        "%s %d of %d Java files%n",
        apply ? "Formatted" : "Checked", candidates.size(), hashes.size());
    System.exit(status);
  }

  private static int format(boolean apply, List<Path> files) {
    ToolProvider formatter =
        ToolProvider.findFirst("google-java-format")
            .orElseThrow(
                () -> new IllegalStateException("google-java-format is not on the class path"));
    var arguments = new ArrayList<String>();
    if (apply) {
      arguments.add("--replace");
    } else {
      arguments.add("--dry-run");
      arguments.add("--set-exit-if-changed");
    }
    files.forEach(file -> arguments.add(file.toString()));
    var out = new PrintWriter(System.out, true);
    var err = new PrintWriter(System.err, true);
    return formatter.run(out, err, arguments.toArray(String[]::new));
  }

  /** All sources below {@code root}, but for build output and hidden folders. */
  private static List<Path> javaFiles(Path root) throws IOException {
    var found = new ArrayList<Path>();
    Files.walkFileTree(
        root,
        new SimpleFileVisitor<>() {
          @Override
          public FileVisitResult preVisitDirectory(Path folder, BasicFileAttributes attributes) {
            String name = folder.getFileName().toString();
            boolean skipped =
                !folder.equals(root)
                    && (name.startsWith(".")
                        || name.equals("target")
                        || name.equals("resources")
                        || name.equals("node_modules"));
            return skipped ? FileVisitResult.SKIP_SUBTREE : FileVisitResult.CONTINUE;
          }

          @Override
          public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) {
            if (attributes.isRegularFile() && file.toString().endsWith(".java")) {
              found.add(file);
            }
            return FileVisitResult.CONTINUE;
          }

          @Override
          public FileVisitResult visitFileFailed(Path file, IOException failure) {
            return FileVisitResult.CONTINUE; // removed while we walk
          }
        });
    return found;
  }

  private static Set<String> readMemory(Path memory, String formatterKey) throws IOException {
    if (!Files.exists(memory)) {
      return Set.of();
    }
    List<String> lines = Files.readAllLines(memory, StandardCharsets.UTF_8);
    return lines.isEmpty() || !lines.getFirst().equals(formatterKey)
        ? Set.of()
        : new HashSet<>(lines);
  }

  private static String hash(Path file) throws Exception {
    byte[] digest = MessageDigest.getInstance("SHA-256").digest(Files.readAllBytes(file));
    return HexFormat.of().formatHex(digest);
  }
}
