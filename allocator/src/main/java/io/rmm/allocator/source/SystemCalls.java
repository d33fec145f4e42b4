package io.rmm.allocator.source;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import org.jspecify.annotations.Nullable;

/**
 * The gateway to the operating system: every system call that RMM makes is one of these.
 *
 * <p>An interface because there are two: {@link LinuxSystemCalls}, and the tests' gateway that
 * fails a chosen call. All methods may be called by any thread, and throw {@link
 * SystemCallException} with the error number when the call fails.
 */
public interface SystemCalls {

  /**
   * Reserves address space that no memory backs and nobody may touch yet ({@code mmap} with {@code
   * PROT_NONE}).
   *
   * @return the first address, a multiple of the operating system's page size
   */
  long reserve(long bytes);

  /** Makes reserved address space usable ({@code mprotect}); memory comes when it is touched. */
  void makeUsable(long address, long bytes);

  /** Gives the memory behind usable address space back ({@code MADV_DONTNEED}); it reads as 0. */
  void discard(long address, long bytes);

  /** Asks for huge pages behind usable address space ({@code MADV_HUGEPAGE}). */
  void preferHugePages(long address, long bytes);

  /**
   * Makes a file without a name and without contents ({@code memfd_create}), for {@link #retire}.
   *
   * @return its descriptor, which stays open as long as the process lives
   */
  int createEmptyFile();

  /**
   * Gives the memory back for good and maps {@code emptyFile} over the range ({@code mmap}), so
   * that an access by a stale view raises SIGBUS, which HotSpot turns into an {@link
   * InternalError}, and not SIGSEGV, which would kill the process.
   */
  void retire(long address, long bytes, int emptyFile);

  /**
   * Puts fresh memory, zeroed, over a range that was {@linkplain #retire retired} ({@code mmap});
   * it comes when it is touched.
   */
  void revive(long address, long bytes);

  /** Returns the bytes of a page of the operating system: what mappings are multiples of. */
  long pageSize();

  /**
   * Returns the process's memory mappings, or null if they cannot be told. Never fails; read after
   * a call has failed for want of something.
   */
  @Nullable Mappings mappings();

  /** Returns a view of usable address space that lives as long as the process. */
  MemorySegment view(long address, long bytes);

  /** Returns {@code segment} as one that dies with {@code arena}. */
  MemorySegment inScope(MemorySegment segment, Arena arena);
}
