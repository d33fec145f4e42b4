package io.rmm.allocator;

import io.rmm.allocator.source.LinuxSystemCalls;
import io.rmm.allocator.source.SystemCallException;
import io.rmm.allocator.source.SystemCalls;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/** The system calls of Linux, of which chosen ones fail without being made. */
final class FailingSystemCalls implements SystemCalls {

  private final LinuxSystemCalls linux;
  private long calls;
  private long failFrom = Long.MAX_VALUE;
  private long failTo;
  private int errno;
  private long failed;

  FailingSystemCalls(LinuxSystemCalls linux) {
    this.linux = linux;
  }

  /** Lets {@code count} calls fail, from the {@code first}-th on, counted from now from 0. */
  synchronized void fail(long first, long count, int errno) {
    this.failFrom = calls + first;
    this.failTo = count == Long.MAX_VALUE ? count : failFrom + count;
    this.errno = errno;
    this.failed = 0;
  }

  synchronized void heal() {
    failFrom = Long.MAX_VALUE;
  }

  synchronized long failed() {
    return failed;
  }

  private synchronized void call(String name, long bytes) {
    long number = calls++;
    if (number >= failFrom && number < failTo) {
      failed++;
      throw new SystemCallException(name, bytes, errno);
    }
  }

  @Override
  public long reserve(long bytes) {
    call("mmap", bytes);
    return linux.reserve(bytes);
  }

  @Override
  public void makeUsable(long address, long bytes) {
    call("mprotect", bytes);
    linux.makeUsable(address, bytes);
  }

  @Override
  public void discard(long address, long bytes) {
    call("madvise", bytes);
    linux.discard(address, bytes);
  }

  @Override
  public void retire(long address, long bytes) {
    call("mmap", bytes);
    linux.retire(address, bytes);
  }

  @Override
  public MemorySegment view(long address, long bytes) {
    return linux.view(address, bytes);
  }

  @Override
  public MemorySegment inScope(MemorySegment segment, Arena arena) {
    return linux.inScope(segment, arena);
  }
}
