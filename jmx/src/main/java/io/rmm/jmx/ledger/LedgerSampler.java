package io.rmm.jmx.ledger;

import io.rmm.allocator.MemorySource;
import io.rmm.allocator.log.Log;
import java.io.IOException;
import java.io.InputStream;
import java.lang.System.Logger.Level;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.management.MBeanServer;
import org.jspecify.annotations.Nullable;

/**
 * Takes samples of where the resident memory of this process goes.
 *
 * <p><b>From what.</b> The kernel counts what is resident of each mapping; what a mapping is for,
 * the JVM tells in its memory map if native memory tracking is on ({@link SystemMap}); and what is
 * allocated with {@code malloc} for what, the tracker's summary tells ({@link TrackedMemory}). The
 * tracker alone does not do: it counts what is committed, of which much may not be resident, and
 * neither files nor memory managers. Resident memory alone does not do either: it says how much,
 * and not whose.
 *
 * <p><b>When less is known.</b> Without the tracker, the heap and the code cache are known by their
 * addresses, metaspace and direct buffers by what the platform's beans say, and the rest of the
 * JVM's memory is unexplained. Without a memory map, {@code smaps} is read. Without that, what is
 * resident is known as a sum, and everything is claimed from it. What was missing is noted.
 *
 * <p><b>Cost.</b> The kernel walks all page tables of the process: 2 to 4 ms for 220 mappings, and
 * some ten microseconds for each further one. Other threads may take memory meanwhile; one that
 * maps or unmaps some waits at times, for microseconds. So samples are taken seldom ({@link
 * Sampled}). The JVM's memory map is one string; where the heap is too small for that, {@code
 * smaps} is read line by line, and what only tags tell is estimated. With more than a quarter of a
 * million mappings neither is read.
 */
public final class LedgerSampler {

  static final String TRACKING_OFF =
      "Native memory tracking is off: threads, gc, arenas and other memory of the JVM cannot be"
          + " told apart, and count as unexplained. Start the JVM with"
          + " -XX:NativeMemoryTracking=summary";

  /** Reading more takes some seconds of a processor's time; a process seldom may have as many. */
  static final long MOST_MAPPINGS = 250_000;

  /**
   * A row of the JVM's memory map takes about a hundred bytes, in the JVM's memory and then in
   * ours.
   */
  private static final long ROW_BYTES = 128;

  /** A string of this part of the heap is no danger to it. */
  private static final long PART_OF_HEAP = 16;

  private static final int BUFFER_BYTES = 1 << 16;

  private static final Pattern RESIDENT_KIND =
      Pattern.compile("Rss(?<kind>Anon|File|Shmem):\\s+(?<kibibytes>\\d{1,15}) kB");

  private final Path processFolder;
  private final MBeanServer server;
  private final Collection<MemorySource> sources;
  private final DiagnosticCommands commands;
  private final FreeInMalloc freeInMalloc = new FreeInMalloc(System::nanoTime);
  private @Nullable JvmRanges ranges;

  /**
   * Makes a sampler.
   *
   * @param root the folder in which {@code proc} is: {@code /}, but in tests
   * @param server knows the beans of the JVM and of the memory managers
   * @param sources the memory managers of this class loader; may change
   */
  public LedgerSampler(Path root, MBeanServer server, Collection<MemorySource> sources) {
    this.processFolder = root.resolve("proc/self");
    this.server = server;
    this.sources = sources;
    this.commands = new DiagnosticCommands(server);
  }

  /** Takes a sample. */
  public synchronized LedgerSample take() {
    List<MemorySource> distinct = sources.stream().distinct().toList(); // one for each view
    try (LocatedBlocks located = new LocatedBlocks(processFolder, distinct)) {
      return take(Managers.now(server, distinct), located);
    }
  }

  private LedgerSample take(Managers managers, LocatedBlocks located) {
    long time = System.currentTimeMillis();
    long start = System.nanoTime();
    List<String> notes = new ArrayList<>();
    Optional<TrackedMemory> tracked = commands.nativeMemory().flatMap(TrackedMemory::parse);
    Division division = new Division(ranges(), this::anySourceReserves, located);
    boolean mapped = addMappings(division, notes);
    if (!mapped) {
      located.forget();
      division = new Division(ranges(), this::anySourceReserves, located); // some may be read
      if (!addTotals(division, notes)) {
        return new LedgerSample(
            time,
            System.nanoTime() - start,
            Account.UNKNOWN,
            List.of(),
            managers.committed(),
            notes);
      }
    }
    noteWhatIsNotKnown(managers, tracked, notes);
    Claims claims = new Claims(PlatformMemory.now(), managers, located, tracked, mapped);
    long unmet = claims.meet(division);
    if (unmet > 0) {
      notes.add(
          "The JVM has allocated "
              + unmet
              + " bytes more than are resident; what is estimated, is so much less");
    }
    division.claim(
        Purpose.FREE_IN_MALLOC,
        freeInMalloc.bytes(sources, division.unclaimed(), division.resident()));
    List<Account> accounts = division.accounts(claims.committed());
    return new LedgerSample(
        time,
        System.nanoTime() - start,
        division.resident(),
        accounts,
        managers.committed(),
        notes);
  }

  private static void noteWhatIsNotKnown(
      Managers managers, Optional<TrackedMemory> tracked, List<String> notes) {
    if (tracked.isEmpty()) {
      notes.add(TRACKING_OFF);
    } else if (!managers.untold().isEmpty()) {
      notes.add(
          "It is not known where the memory of "
              + String.join(", ", managers.untold())
              + " is: if it is in arenas, these count it too");
    }
  }

  private JvmRanges ranges() {
    JvmRanges known = ranges;
    if (known == null) {
      known = new JvmRanges(commands);
      ranges = known;
    }
    return known;
  }

  private boolean anySourceReserves(long address) {
    for (MemorySource source : sources) {
      if (source.reserves(address)) {
        return true;
      }
    }
    return false;
  }

  /** Returns whether there are mappings. */
  private boolean addMappings(Division division, List<String> notes) {
    try {
      long count = countMappings();
      if (count > MOST_MAPPINGS) {
        notes.add(
            "The process has "
                + count
                + " mappings, too many to look at each: all lines are estimated from what their"
                + " owners have committed");
        return false;
      }
      if (count * ROW_BYTES <= Runtime.getRuntime().maxMemory() / PART_OF_HEAP) {
        Optional<String> map = commands.systemMap();
        if (map.isPresent() && SystemMap.read(map.get(), division::add) > 0) {
          return true;
        }
      } else {
        notes.add(
            "The process has "
                + count
                + " mappings, and a heap too small to hold the JVM's map of them: what is not in"
                + " the heap, the code cache or a file is estimated");
      }
      if (Smaps.read(processFolder.resolve("smaps"), division::add) > 0) {
        return true;
      }
    } catch (IOException | RuntimeException e) {
      Log.logger("io.rmm.jmx").log(Level.DEBUG, "The mappings cannot be read", e);
    }
    notes.add(
        "The mappings of the process cannot be read (/proc/self/maps, smaps): all lines are"
            + " estimated from what their owners have committed");
    return false;
  }

  /**
   * Counts the mappings, which takes a tenth of the time that {@code smaps} takes.
   *
   * @throws IOException if the system has no such file, or does not let it be read
   */
  private long countMappings() throws IOException {
    long count = 0;
    byte[] buffer = new byte[BUFFER_BYTES];
    try (InputStream maps = Files.newInputStream(processFolder.resolve("maps"))) {
      for (int read = maps.read(buffer); read >= 0; read = maps.read(buffer)) {
        for (int i = 0; i < read; i++) {
          if (buffer[i] == '\n') {
            count++;
          }
        }
      }
    }
    return count;
  }

  /** Returns whether it is known how much is resident. */
  private boolean addTotals(Division division, List<String> notes) {
    long anonymous = 0;
    long files = 0;
    boolean found = false;
    try {
      for (String line :
          Files.readAllLines(processFolder.resolve("status"), StandardCharsets.ISO_8859_1)) {
        Matcher kind = RESIDENT_KIND.matcher(line);
        if (kind.matches()) {
          long bytes = Long.parseLong(kind.group("kibibytes")) << 10;
          if (kind.group("kind").equals("File")) {
            files += bytes;
          } else {
            anonymous += bytes;
          }
          found = true;
        }
      }
    } catch (IOException | RuntimeException e) {
      Log.logger("io.rmm.jmx").log(Level.DEBUG, "The status of the process cannot be read", e);
    }
    if (!found) {
      notes.add("This system does not tell what is resident of a process (/proc/self/status)");
    }
    division.addUnmapped(anonymous, files);
    return found;
  }
}
