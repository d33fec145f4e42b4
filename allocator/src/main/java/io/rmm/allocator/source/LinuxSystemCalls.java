package io.rmm.allocator.source;

import java.lang.foreign.AddressLayout;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.VarHandle;
import org.jspecify.annotations.Nullable;

/**
 * The system calls of Linux, by downcalls into the C library.
 *
 * <p>The only class of the kernel that uses restricted methods of {@code java.lang.foreign}; a
 * process that does not pass {@code --enable-native-access} gets the JDK's warning, four lines,
 * when this class is first used. Linking takes 70 to 80 ms once in a process, most of it class
 * loading.
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

  /** The number of {@code ENOSYS}: a C library without the call is like a kernel without it. */
  private static final int ENOSYS = 38;

  private static final AddressLayout POINTER = ValueLayout.ADDRESS;
  private static final ValueLayout.OfLong LONG = ValueLayout.JAVA_LONG;
  private static final ValueLayout.OfInt INT = ValueLayout.JAVA_INT;

  private static final Linker.Option CAPTURE_ERRNO = Linker.Option.captureCallState("errno");
  private static final MemoryLayout CAPTURED = Linker.Option.captureStateLayout();
  private static final VarHandle ERRNO =
      CAPTURED.varHandle(MemoryLayout.PathElement.groupElement("errno"));

  private final MethodHandle mmap;
  private final MethodHandle mprotect;
  private final MethodHandle madvise;
  private final @Nullable MethodHandle memfdCreate;

  /**
   * Links the calls.
   *
   * @throws IllegalCallerException if native access is denied to RMM
   * @throws UnsatisfiedLinkError if the C library lacks a call
   */
  public LinuxSystemCalls() {
    Linker linker = Linker.nativeLinker();
    SymbolLookup libc = linker.defaultLookup();
    this.mmap =
        link(
            linker,
            libc,
            "mmap",
            FunctionDescriptor.of(LONG, LONG, LONG, INT, INT, INT, LONG),
            CAPTURE_ERRNO);
    this.mprotect =
        link(linker, libc, "mprotect", FunctionDescriptor.of(INT, LONG, LONG, INT), CAPTURE_ERRNO);
    this.madvise =
        link(linker, libc, "madvise", FunctionDescriptor.of(INT, LONG, LONG, INT), CAPTURE_ERRNO);
    this.memfdCreate =
        libc.find("memfd_create").isEmpty()
            ? null
            : link(
                linker,
                libc,
                "memfd_create",
                FunctionDescriptor.of(INT, POINTER, INT),
                CAPTURE_ERRNO);
  }

  @Override
  public long reserve(long bytes) {
    return map(0, bytes, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, NO_FILE);
  }

  @Override
  public void makeUsable(long address, long bytes) {
    protectOrAdvise("mprotect", mprotect, address, bytes, PROT_READ_WRITE);
  }

  @Override
  public void discard(long address, long bytes) {
    protectOrAdvise("madvise", madvise, address, bytes, MADV_DONTNEED);
  }

  @Override
  public void preferHugePages(long address, long bytes) {
    protectOrAdvise("madvise", madvise, address, bytes, MADV_HUGEPAGE);
  }

  @Override
  public int createEmptyFile() {
    if (memfdCreate == null) {
      throw new SystemCallException("memfd_create", 0, ENOSYS);
    }
    try (Arena scratch = Arena.ofConfined()) {
      MemorySegment state = scratch.allocate(CAPTURED);
      MemorySegment name = scratch.allocateFrom("rmm-retired");
      int file = (int) memfdCreate.invokeExact(state, name, MFD_CLOEXEC);
      if (file < 0) {
        throw new SystemCallException("memfd_create", 0, (int) ERRNO.get(state, 0L));
      }
      return file;
    } catch (RuntimeException | Error e) {
      throw e;
    } catch (Throwable e) {
      throw new AssertionError("a downcall throws no checked exception", e);
    }
  }

  @Override
  public void retire(long address, long bytes, int emptyFile) {
    long _ =
        map(address, bytes, PROT_READ_WRITE, MAP_SHARED | MAP_FIXED | MAP_NORESERVE, emptyFile);
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
   * Maps a range. The offset in the file, if there is one, is the address: so neighbouring ranges
   * lie one behind the other in the file too, and the kernel makes one mapping of them.
   */
  private long map(long address, long bytes, int protection, int flags, int file) {
    try (Arena scratch = Arena.ofConfined()) {
      MemorySegment state = scratch.allocate(CAPTURED);
      long mapped =
          (long) mmap.invokeExact(state, address, bytes, protection, flags, file, address);
      if (mapped == -1) {
        throw new SystemCallException("mmap", bytes, (int) ERRNO.get(state, 0L));
      }
      return mapped;
    } catch (RuntimeException | Error e) {
      throw e;
    } catch (Throwable e) {
      throw new AssertionError("a downcall throws no checked exception", e);
    }
  }

  private static void protectOrAdvise(
      String call, MethodHandle handle, long address, long bytes, int argument) {
    try (Arena scratch = Arena.ofConfined()) {
      MemorySegment state = scratch.allocate(CAPTURED);
      int result = (int) handle.invokeExact(state, address, bytes, argument);
      if (result != 0) {
        throw new SystemCallException(call, bytes, (int) ERRNO.get(state, 0L));
      }
    } catch (RuntimeException | Error e) {
      throw e;
    } catch (Throwable e) {
      throw new AssertionError("a downcall throws no checked exception", e);
    }
  }

  private static MethodHandle link(
      Linker linker,
      SymbolLookup libc,
      String name,
      FunctionDescriptor descriptor,
      Linker.Option... options) {
    MemorySegment symbol =
        libc.find(name).orElseThrow(() -> new UnsatisfiedLinkError("no " + name + " in libc"));
    return linker.downcallHandle(symbol, descriptor, options);
  }
}
