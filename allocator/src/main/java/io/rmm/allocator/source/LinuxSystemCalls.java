package io.rmm.allocator.source;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import org.jspecify.annotations.Nullable;

/**
 * The system calls of Linux, by downcalls into the C library.
 *
 * <p>The only class of the kernel that uses restricted methods of {@code java.lang.foreign}; a
 * process that does not pass {@code --enable-native-access} gets the JDK's warning, four lines,
 * when this class is first used.
 *
 * <p>Linking one shape of call costs 60 to 80 ms once in a process, most of it class loading by the
 * JDK, and each further shape 10 to 20 ms. So the calls have one shape, six arguments as wide as a
 * register (but for {@code memset}, which is none of them, and linked when it is first needed): all
 * the calling conventions that Linux has with a JDK 25 pass them in that way whether they are
 * declared as {@code long}, {@code int} or pointer, and a function does not look at those that it
 * does not take. Of the result of a function that returns an {@code int} the upper half is
 * undefined.
 */
@SuppressWarnings("restricted")
public final class LinuxSystemCalls implements SystemCalls {

  /**
   * All memory of the process. Never handed out: slices of it are what blocks are seen through. A
   * constant, so that the JIT knows its scope, which always lives, and its bounds; a slice and an
   * access then cost a third of what they do through a segment that is loaded from a field.
   */
  public static final MemorySegment PROCESS = MemorySegment.NULL.reinterpret(Long.MAX_VALUE);

  // Values of <sys/mman.h> that all Linux architectures with a JDK 25 share.
  private static final int PROT_NONE = 0;
  private static final int PROT_READ_WRITE = 1 | 2;
  private static final int MAP_SHARED = 0x01;
  private static final int MAP_PRIVATE = 0x02;
  private static final int MAP_FIXED = 0x10;
  private static final int MAP_ANONYMOUS = 0x20;
  private static final int MAP_NORESERVE = 0x4000;
  private static final int MADV_DONTNEED = 4;
  private static final int MADV_HUGEPAGE = 14;
  private static final int MFD_CLOEXEC = 1;
  private static final int NO_FILE = -1;

  /** The number of {@code _SC_PAGESIZE} in {@code <unistd.h>} of glibc and of musl. */
  private static final int PAGE_SIZE_NAME = 30;

  /** The number of {@code ENOSYS}: a C library without the call is like a kernel without it. */
  private static final int ENOSYS = 38;

  private static final ValueLayout.OfLong WORD = ValueLayout.JAVA_LONG;

  private static final FunctionDescriptor SHAPE =
      FunctionDescriptor.of(WORD, WORD, WORD, WORD, WORD, WORD, WORD);

  /** Holds {@code errno} alone on Linux; a path to it by its name would cost 5 ms at the start. */
  private static final MemoryLayout CAPTURED = Linker.Option.captureStateLayout();

  /** Linked when it is first needed, and not when the first manager is made. */
  private static final class Memset {

    private static final MethodHandle HANDLE =
        Linker.nativeLinker()
            .downcallHandle(
                find(Linker.nativeLinker().defaultLookup(), "memset"),
                FunctionDescriptor.ofVoid(WORD, ValueLayout.JAVA_INT, WORD),
                Linker.Option.critical(false));

    private Memset() {}
  }

  private final MethodHandle call;
  private final MemorySegment mmap;
  private final MemorySegment mprotect;
  private final MemorySegment madvise;
  private final MemorySegment sysconf;
  private final @Nullable MemorySegment memfdCreate;

  /**
   * Links the calls.
   *
   * @throws IllegalCallerException if native access is denied to RMM
   * @throws UnsatisfiedLinkError if the C library lacks a call
   */
  public LinuxSystemCalls() {
    Linker linker = Linker.nativeLinker();
    SymbolLookup libc = linker.defaultLookup();
    this.call = linker.downcallHandle(SHAPE, Linker.Option.captureCallState("errno"));
    this.mmap = find(libc, "mmap");
    this.mprotect = find(libc, "mprotect");
    this.madvise = find(libc, "madvise");
    this.sysconf = find(libc, "sysconf");
    this.memfdCreate = libc.find("memfd_create").orElse(null);
  }

  @Override
  public long reserve(long bytes) {
    return map(0, bytes, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, NO_FILE);
  }

  @Override
  public void makeUsable(long address, long bytes) {
    int _ = (int) call("mprotect", bytes, mprotect, address, bytes, PROT_READ_WRITE, 0, 0, 0);
  }

  @Override
  public void discard(long address, long bytes) {
    int _ = (int) call("madvise", bytes, madvise, address, bytes, MADV_DONTNEED, 0, 0, 0);
  }

  @Override
  public void preferHugePages(long address, long bytes) {
    int _ = (int) call("madvise", bytes, madvise, address, bytes, MADV_HUGEPAGE, 0, 0, 0);
  }

  @Override
  public int createEmptyFile() {
    if (memfdCreate == null) {
      throw new SystemCallException("memfd_create", 0, ENOSYS);
    }
    try (Arena scratch = Arena.ofConfined()) {
      long name = scratch.allocateFrom("rmm-retired").address();
      return (int) call("memfd_create", 0, memfdCreate, name, MFD_CLOEXEC, 0, 0, 0, 0);
    }
  }

  @Override
  public void retire(long address, long bytes, int emptyFile) {
    long _ =
        map(address, bytes, PROT_READ_WRITE, MAP_SHARED | MAP_FIXED | MAP_NORESERVE, emptyFile);
  }

  @Override
  public void revive(long address, long bytes) {
    long _ =
        map(
            address,
            bytes,
            PROT_READ_WRITE,
            MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED | MAP_NORESERVE,
            NO_FILE);
  }

  @Override
  public long pageSize() {
    return call("sysconf", 0, sysconf, PAGE_SIZE_NAME, 0, 0, 0, 0, 0);
  }

  @Override
  public @Nullable Mappings mappings() {
    return Mappings.read();
  }

  @Override
  public MemorySegment view(long address, long bytes) {
    return MemorySegment.ofAddress(address).reinterpret(bytes);
  }

  @Override
  public MemorySegment inScope(MemorySegment segment, Arena arena) {
    return segment.reinterpret(arena, null);
  }

  /**
   * Fills {@code bytes} from {@code address} on with zeros, by the C library.
   *
   * @param bytes not more than what may keep the JVM from a safepoint for so long
   */
  public static void zero(long address, long bytes) {
    try {
      Memset.HANDLE.invokeExact(address, 0, bytes);
    } catch (RuntimeException | Error e) {
      throw e;
    } catch (Throwable e) {
      throw new AssertionError("a downcall throws no checked exception", e);
    }
  }

  /**
   * Maps a range. The offset in the file, if there is one, is the address: so neighbouring ranges
   * lie one behind the other in the file too, and the kernel makes one mapping of them.
   */
  private long map(long address, long bytes, int protection, int flags, int file) {
    return call("mmap", bytes, mmap, address, bytes, protection, flags, file, address);
  }

  /**
   * Calls {@code function}, which returns -1 if it fails.
   *
   * @param name what to call it in an error
   * @param bytes how much it is about
   */
  private long call(
      String name,
      long bytes,
      MemorySegment function,
      long first,
      long second,
      long third,
      long fourth,
      long fifth,
      long sixth) {
    try (Arena scratch = Arena.ofConfined()) {
      MemorySegment state = scratch.allocate(CAPTURED);
      long result =
          (long) call.invokeExact(function, state, first, second, third, fourth, fifth, sixth);
      if ((int) result == -1) {
        throw new SystemCallException(name, bytes, state.get(ValueLayout.JAVA_INT, 0));
      }
      return result;
    } catch (RuntimeException | Error e) {
      throw e;
    } catch (Throwable e) {
      throw new AssertionError("a downcall throws no checked exception", e);
    }
  }

  private static MemorySegment find(SymbolLookup libc, String name) {
    return libc.find(name).orElseThrow(() -> new UnsatisfiedLinkError("no " + name + " in libc"));
  }
}
