package io.rmm.allocator.source;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/**
 * Extents from the process's reserved address range.
 *
 * <p>An extent is made usable by {@code mprotect} when it is handed out, so that a kernel that does
 * not overcommit can refuse it there and then, and it stays usable until it is retired.
 */
public final class LinuxPageSource implements PageSource {

  private final SystemCalls calls;
  private final AddressSpace addressSpace;

  /** Makes a source with an address range of its own, as tests do. */
  public LinuxPageSource(SystemCalls calls) {
    this.calls = calls;
    this.addressSpace = new AddressSpace(calls);
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
    calls.makeUsable(address, bytes);
    return new LinuxExtent(calls.view(address, bytes));
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
    public boolean discard(long offset, long bytes) {
      calls.discard(memory.address() + offset, bytes);
      return true;
    }

    @Override
    public void retire() {
      calls.retire(memory.address(), memory.byteSize());
    }
  }
}
