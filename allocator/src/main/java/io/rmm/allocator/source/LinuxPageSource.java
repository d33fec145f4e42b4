package io.rmm.allocator.source;

import io.rmm.allocator.log.Log;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import org.jspecify.annotations.Nullable;

/**
 * Extents from the process's reserved address range.
 *
 * <p>An extent is made usable by {@code mprotect} when it is handed out, so that a kernel that does
 * not overcommit can refuse it there and then, and it stays usable until it is retired.
 *
 * <p><b>Huge pages</b> are asked for by {@code madvise} if the source is made to. Where the kernel
 * has none, or is told never to give them, all is as if they had not been asked for. The kernel may
 * also give them unasked (its setting {@code always}); then a part that is discarded may split one,
 * which this source cannot prevent.
 *
 * <p>Retired extents are mapped to an empty file, one for the source. It is made at the start, when
 * the process has files to spare, and tried for once more at each end of an extent if that failed.
 * Where there is none for good, because a kernel or a container forbids it, memory goes back all
 * the same, but a stale view reads zeros where it should be refused.
 */
public final class LinuxPageSource implements PageSource {

  private static final int NO_FILE = -1;

  private final SystemCalls calls;
  private final AddressSpace addressSpace;
  private final boolean hugePages;
  private final GuardPages guardPages = new LinuxGuardPages();
  private volatile boolean hugePagesRefused;
  private volatile int emptyFile = NO_FILE;

  /**
   * Makes the source of a process.
   *
   * @param hugePages whether to ask for huge pages, if the kernel gives them to those who ask
   */
  public LinuxPageSource(SystemCalls calls, boolean hugePages) {
    this(calls, AddressSpace.STEP_BYTES, hugePages && TransparentHugePages.areGiven());
  }

  /**
   * Makes a source with an address range of its own, as tests do, who need many.
   *
   * @param step bytes of address space to reserve at a time
   * @param hugePages whether to ask for huge pages, whatever the kernel says
   */
  public LinuxPageSource(SystemCalls calls, long step, boolean hugePages) {
    this.calls = calls;
    this.hugePages = hugePages;
    this.addressSpace = new AddressSpace(calls, step);
    try {
      emptyFile = calls.createEmptyFile();
    } catch (SystemCallException e) {
      Log.logger()
          .log(
              System.Logger.Level.WARNING,
              "use of memory after its manager''s end may go unnoticed: {0}",
              e.getMessage());
    }
  }

  @Override
  public String name() {
    return "linux";
  }

  @Override
  public boolean isLazy() {
    return true;
  }

  @Override
  public boolean hasHugePages() {
    return hugePages;
  }

  @Override
  public boolean canChangeScope() {
    return true;
  }

  @Override
  public MemorySegment inScope(MemorySegment segment, Arena arena) {
    return calls.inScope(segment, arena);
  }

  @Override
  public Extent map(long bytes, long alignment) {
    long address = addressSpace.take(bytes, alignment);
    // If this fails the address space is lost, which is all that it costs: it is not reused
    // because a partial mprotect may have changed some of it.
    // The same of what the Java heap has no room to describe: that is found out first.
    Extent extent = new LinuxExtent(calls.view(address, bytes));
    calls.makeUsable(address, bytes);
    if (hugePages) {
      preferHugePages(address, bytes);
    }
    return extent;
  }

  /** Without them the extent works as well, only not as fast. */
  private void preferHugePages(long address, long bytes) {
    try {
      calls.preferHugePages(address, bytes);
    } catch (SystemCallException e) {
      if (!hugePagesRefused) {
        hugePagesRefused = true;
        Log.logger()
            .log(
                System.Logger.Level.WARNING,
                "there are no huge pages for memory: {0}",
                e.getMessage());
      }
    }
  }

  @Override
  public boolean reserves(long address) {
    return addressSpace.contains(address);
  }

  @Override
  public GuardPages guardPages() {
    return guardPages;
  }

  @Override
  public @Nullable Mappings exhaustedMappings() {
    Mappings mappings = calls.mappings();
    return mappings != null && mappings.areExhausted() ? mappings : null;
  }

  private void retire(MemorySegment memory) {
    int file = emptyFile();
    if (file == NO_FILE) {
      calls.discard(memory.address(), memory.byteSize());
    } else {
      calls.retire(memory.address(), memory.byteSize(), file);
    }
  }

  private int emptyFile() {
    int file = emptyFile;
    return file != NO_FILE ? file : createEmptyFile();
  }

  private synchronized int createEmptyFile() {
    if (emptyFile == NO_FILE) {
      try {
        emptyFile = calls.createEmptyFile();
      } catch (SystemCallException e) {
        return NO_FILE;
      }
    }
    return emptyFile;
  }

  private final class LinuxGuardPages implements GuardPages {

    @Override
    public long pageSize() {
      return calls.pageSize();
    }

    @Override
    public long reserve(long bytes) {
      int file = emptyFile();
      if (file == NO_FILE) {
        throw new UnsupportedOperationException("there is no empty file to map guard pages to");
      }
      long address = addressSpace.take(bytes, pageSize());
      calls.retire(address, bytes, file);
      return address;
    }

    @Override
    public void open(long address, long bytes) {
      calls.revive(address, bytes);
    }

    @Override
    public void seal(long address, long bytes) {
      calls.retire(address, bytes, emptyFile);
    }
  }

  private final class LinuxExtent implements Extent {

    private final MemorySegment memory;

    LinuxExtent(MemorySegment memory) {
      this.memory = memory;
    }

    @Override
    public MemorySegment memory() {
      return memory;
    }

    @Override
    public boolean isUnscoped() {
      return true;
    }

    @Override
    public void discard(long offset, long bytes) {
      calls.discard(memory.address() + offset, bytes);
    }

    @Override
    public void retire() {
      LinuxPageSource.this.retire(memory);
    }
  }
}
