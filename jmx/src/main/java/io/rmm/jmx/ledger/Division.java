package io.rmm.jmx.ledger;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.function.LongPredicate;
import java.util.regex.Pattern;

/**
 * Divides the resident memory of the process among its purposes.
 *
 * <p><b>First what is measured.</b> Of most mappings it is known what they are for: the JVM gives
 * its own a tag, files have a name, memory managers know their address range, and an agent those of
 * larger blocks. What is resident of these the kernel counts page by page.
 *
 * <p><b>Then what is claimed.</b> What is left is mostly the C library's, where {@code malloc} has
 * mixed the memory of many owners. Each claims there what it says it has allocated. Some of that
 * may never have been touched, and all claims together may be more than there is; so claims are met
 * only from what is left, and where it does not do for all, each gets the same share of its claim.
 * Hence the accounts never add up to more than what is resident, and none is below zero.
 *
 * <p><b>Neighbours.</b> The kernel makes one mapping of two that touch, and the JVM's map then
 * gives all of it the tag of one: 24 MiB of a direct buffer beside a table of the collector are the
 * collector's then. It shows in that the mappings of a purpose are longer than what the JVM says it
 * has mapped for it ({@link #expect}). Who has the excess, and how much of it is resident, does not
 * show. But where more is claimed than is left, that may be why; so it is taken from there, from
 * where the excess is largest first, and never more than the excess. Memory that was filled with
 * zeros is resident for certain, and looked for however little may be hidden; what the JVM has from
 * {@code malloc} may be untouched, and is looked for where that is much ({@link #LEAST_HIDDEN}).
 *
 * <p>What nobody claims is unexplained: memory of native libraries, leaks, and without an agent
 * freed memory that the C library keeps.
 */
final class Division {

  /** The file in which a manager keeps what is known of guarded blocks, for a crash. */
  private static final Pattern SLOT_FILE =
      Pattern.compile(".*/slots-\\d+-\\d+-\\d+\\.rmm( \\(deleted\\))?");

  /**
   * Less is not taken for hidden but for certain memory: the JVM's mappings are neighbours of each
   * other too, and all counts as the first's. An excess of up to 4.4 MiB came of that where nothing
   * was hidden, with at most 1.3 MiB resident.
   */
  private static final long LEAST_HIDDEN = 2L << 20;

  private final JvmRanges ranges;
  private final LongPredicate reservedByManagers;
  private final LocatedBlocks located;
  private final ProgramFiles programFiles = new ProgramFiles();

  private final Map<Purpose, Long> measured = new EnumMap<>(Purpose.class);
  private final Map<Purpose, Long> estimated = new EnumMap<>(Purpose.class);

  /** The length of the mappings with a tag that may have been merged with others. */
  private final Map<Purpose, Long> tagged = new EnumMap<>(Purpose.class);

  /** By how much these are too long. */
  private final Map<Purpose, Long> excess = new EnumMap<>(Purpose.class);

  private long resident;
  private long unclaimed;

  /**
   * Begins a division.
   *
   * @param reservedByManagers tells whether an address lies in the range of the memory managers
   * @param located blocks whose addresses are known
   */
  Division(JvmRanges ranges, LongPredicate reservedByManagers, LocatedBlocks located) {
    this.ranges = ranges;
    this.reservedByManagers = reservedByManagers;
    this.located = located;
  }

  /** Takes a mapping in, those parts of it first that are known blocks. */
  void add(Mapping mapping) {
    resident += mapping.resident();
    if (isNoFile(mapping.file())) {
      BlocksIn blocks = new BlocksIn(mapping);
      located.takeFrom(mapping, blocks);
      add(mapping, mapping.extent() - blocks.extent, blocks.residentBeside);
    } else {
      add(mapping, mapping.extent(), mapping.resident());
    }
  }

  /** Adds up what known blocks have of a mapping. */
  private final class BlocksIn implements LocatedBlocks.Taker {

    private long extent;
    private long residentBeside;

    BlocksIn(Mapping mapping) {
      this.residentBeside = mapping.resident();
    }

    @Override
    public void take(Purpose purpose, long length, long bytes) {
      long taken = Math.min(bytes, residentBeside);
      measured.merge(purpose, taken, Long::sum);
      residentBeside -= taken;
      extent += length;
    }
  }

  /** Takes in what of a mapping is no known block. */
  private void add(Mapping mapping, long extent, long bytes) {
    Purpose purpose = purposeOf(mapping);
    if (purpose == Purpose.UNEXPLAINED) {
      unclaimed += bytes;
    } else {
      measured.merge(purpose, bytes, Long::sum);
      if (!mapping.tag().isEmpty()) {
        // What has a file, is only reserved or is code is never one mapping with that of malloc.
        boolean mergeable = mapping.file().isEmpty() && mapping.plain();
        tagged.merge(purpose, mergeable ? extent : 0, Long::sum);
      }
    }
  }

  /**
   * Takes in memory of which no mappings are known.
   *
   * @param anonymous bytes that are no file's, which can be claimed
   * @param files bytes of files, be they libraries or mapped files
   */
  void addUnmapped(long anonymous, long files) {
    resident += anonymous + files;
    unclaimed += anonymous;
  }

  private Purpose purposeOf(Mapping mapping) {
    if (!mapping.tag().isEmpty()) {
      return Purpose.ofTag(mapping.tag());
    }
    // The collectors that map their heap more than once use an unnamed file for it.
    if (mapping.file().startsWith("/memfd:java_heap")) {
      return Purpose.JAVA_HEAP;
    }
    return ranges.purposeOf(mapping.start()).orElseGet(() -> purposeOfUntagged(mapping));
  }

  private Purpose purposeOfUntagged(Mapping mapping) {
    String file = mapping.file();
    if (reservedByManagers.test(mapping.start()) || SLOT_FILE.matcher(file).matches()) {
      return Purpose.RMM;
    }
    if (isNoFile(file)) {
      return Purpose.UNEXPLAINED;
    }
    if (file.equals("[stack]")) {
      return Purpose.THREADS;
    }
    // The kernel's own, as in [vdso]
    return file.startsWith("[") || programFiles.contains(file)
        ? Purpose.LIBRARIES
        : Purpose.MAPPED_FILES;
  }

  /** Memory without a file, and memory shared with other processes, which has a file by name. */
  private static boolean isNoFile(String file) {
    return file.isEmpty()
        || file.equals("[heap]")
        || file.startsWith("[anon")
        || file.startsWith("/dev/zero")
        || file.startsWith("/SYSV");
  }

  /** Tells whether a mapping of that purpose has been found. */
  boolean hasMeasured(Purpose purpose) {
    return measured.containsKey(purpose);
  }

  /** Tells whether the JVM has given mappings a tag. */
  boolean hasTags() {
    return !tagged.isEmpty();
  }

  /**
   * Notes what the JVM has mapped for a purpose, so that what is mapped beyond that is known.
   *
   * @param mostMapped the length of all its mappings that are more than reserved
   */
  void expect(Purpose purpose, long mostMapped) {
    excess.put(purpose, Math.max(0, tagged.getOrDefault(purpose, 0L) - mostMapped));
  }

  /** Meets a claim as far as what is left does, before those that come later. */
  void claim(Purpose purpose, long bytes) {
    long met = Math.clamp(bytes, 0, unclaimed);
    unclaimed -= met;
    estimated.merge(purpose, met, Long::sum);
  }

  /** Meets a claim of memory that is resident for certain, be it hidden by a neighbour. */
  void claimCertain(Purpose purpose, long bytes) {
    uncover(bytes, 0);
    claim(purpose, bytes);
  }

  /**
   * Sees to it that {@code bytes} are left, as far as neighbours may hide as much.
   *
   * @param least what less may be hidden than is not looked at
   */
  private void uncover(long bytes, long least) {
    List<Purpose> hiding = new ArrayList<>(excess.keySet());
    hiding.sort(Comparator.comparingLong(purpose -> -excess.getOrDefault(purpose, 0L)));
    for (Purpose purpose : hiding) {
      long most = Math.min(excess.getOrDefault(purpose, 0L), measured.getOrDefault(purpose, 0L));
      long hidden = Math.clamp(bytes - unclaimed, 0, most);
      if (most >= least) {
        measured.merge(purpose, -hidden, Long::sum);
        excess.merge(purpose, -hidden, Long::sum);
        unclaimed += hidden;
      }
    }
  }

  /**
   * Meets claims, all to the same share.
   *
   * @return bytes that could not be met
   */
  long claimAll(Map<Purpose, Long> claims) {
    long sum = claims.values().stream().mapToLong(Long::longValue).sum();
    uncover(sum, LEAST_HIDDEN);
    double share = sum <= unclaimed ? 1 : (double) unclaimed / sum;
    claims.forEach((purpose, bytes) -> claim(purpose, (long) (bytes * share)));
    return sum - (long) (sum * share);
  }

  /** Returns the resident bytes that nobody has claimed yet. */
  long unclaimed() {
    return unclaimed;
  }

  /** Returns all resident bytes. */
  long resident() {
    return resident;
  }

  /** Returns the accounts, with what each owner says that it has committed. */
  List<Account> accounts(Map<Purpose, Long> committed) {
    List<Account> accounts = new ArrayList<>();
    long explained = 0;
    for (Purpose purpose : Purpose.values()) {
      long exact = measured.getOrDefault(purpose, 0L);
      long bytes =
          purpose == Purpose.UNEXPLAINED
              ? resident - explained
              : exact + estimated.getOrDefault(purpose, 0L);
      explained += bytes;
      accounts.add(
          new Account(purpose, bytes, exact, committed.getOrDefault(purpose, Account.UNKNOWN)));
    }
    return accounts;
  }
}
