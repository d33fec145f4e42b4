package io.rmm.allocator;

import io.rmm.allocator.source.LinuxSystemCalls;
import io.rmm.allocator.source.Mappings;
import io.rmm.allocator.source.SystemCallException;
import io.rmm.allocator.source.SystemCalls;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.EnumMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The system calls of Linux, of which chosen ones fail without being made. */
final class FailingSystemCalls implements SystemCalls {

  /** The calls that the gateway has; the name is the function of the C library. */
  enum Call {
    CREATE_FILE("memfd_create", "an empty file for what is retired"),
    RESERVE("mmap", "address space"),
    MAKE_USABLE("mprotect", "memory for a chunk"),
    PREFER_HUGE_PAGES("madvise", "huge pages for a chunk"),
    DISCARD("madvise", "idle memory goes back"),
    RETIRE("mmap", "a chunk goes back for good, or a guarded block"),
    REVIVE("mmap", "memory for a guarded block");

    final String function;
    final String purpose;

    Call(String function, String purpose) {
      this.function = function;
      this.purpose = purpose;
    }
  }

  private final LinuxSystemCalls linux;
  private long calls;
  private long failFrom = Long.MAX_VALUE;
  private long failTo;
  private int errno;
  private final Map<Call, Long> failed = new EnumMap<>(Call.class);
  private @Nullable Mappings pretended;
  private int emptyFile = -1;

  FailingSystemCalls(LinuxSystemCalls linux) {
    this.linux = linux;
  }

  /** Lets {@code count} calls fail, from the {@code first}-th on, counted from now from 0. */
  synchronized void fail(long first, long count, int errno) {
    this.failFrom = calls + first;
    this.failTo = count == Long.MAX_VALUE ? count : failFrom + count;
    this.errno = errno;
    this.failed.clear();
  }

  synchronized void heal() {
    failFrom = Long.MAX_VALUE;
  }

  /** Returns how many calls have failed since {@link #fail}. */
  synchronized long failed() {
    return failed.values().stream().mapToLong(Long::longValue).sum();
  }

  /** Returns how many calls of each kind have failed since {@link #fail}. */
  synchronized Map<Call, Long> failedByCall() {
    return Map.copyOf(failed);
  }

  /** Returns how many calls were made or failed so far. */
  synchronized long calls() {
    return calls;
  }

  /** Lets the process seem to have that many mappings. */
  synchronized void pretend(Mappings mappings) {
    pretended = mappings;
  }

  private synchronized void call(Call call, long bytes) {
    long number = calls++;
    if (number >= failFrom && number < failTo) {
      failed.merge(call, 1L, Long::sum);
      throw new SystemCallException(call.function, bytes, errno);
    }
  }

  @Override
  public long reserve(long bytes) {
    call(Call.RESERVE, bytes);
    return linux.reserve(bytes);
  }

  @Override
  public void makeUsable(long address, long bytes) {
    call(Call.MAKE_USABLE, bytes);
    linux.makeUsable(address, bytes);
  }

  @Override
  public void discard(long address, long bytes) {
    call(Call.DISCARD, bytes);
    linux.discard(address, bytes);
  }

  @Override
  public void preferHugePages(long address, long bytes) {
    call(Call.PREFER_HUGE_PAGES, bytes);
    linux.preferHugePages(address, bytes);
  }

  /** Makes one file for all the sources of a test, which never end and would use them all up. */
  @Override
  public synchronized int createEmptyFile() {
    call(Call.CREATE_FILE, 0);
    if (emptyFile < 0) {
      emptyFile = linux.createEmptyFile();
    }
    return emptyFile;
  }

  @Override
  public void retire(long address, long bytes, int file) {
    call(Call.RETIRE, bytes);
    linux.retire(address, bytes, file);
  }

  @Override
  public void revive(long address, long bytes) {
    call(Call.REVIVE, bytes);
    linux.revive(address, bytes);
  }

  /** Cannot fail on Linux. */
  @Override
  public long pageSize() {
    return linux.pageSize();
  }

  @Override
  public synchronized @Nullable Mappings mappings() {
    return pretended != null ? pretended : linux.mappings();
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
