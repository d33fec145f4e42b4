package io.rmm.allocator.source;

/** A system call failed. */
public final class SystemCallException extends RuntimeException {

  private static final long serialVersionUID = 1L;

  /** The number of {@code ENOMEM}: no memory, no address space, or too many mappings. */
  public static final int ENOMEM = 12;

  private final int errno;

  /** Makes the exception for the call named {@code call} that failed with {@code errno}. */
  public SystemCallException(String call, long bytes, int errno) {
    super(call + " of " + bytes + " bytes failed: errno " + errno + name(errno));
    this.errno = errno;
  }

  /** Returns the error number. */
  public int errno() {
    return errno;
  }

  private static String name(int errno) {
    return switch (errno) {
      case 1 -> " (EPERM: not permitted)";
      case 11 -> " (EAGAIN: try again, or too much locked memory)";
      case ENOMEM -> " (ENOMEM: out of memory, address space or mappings)";
      case 13 -> " (EACCES: not allowed)";
      case 22 -> " (EINVAL: invalid argument)";
      case 24 -> " (EMFILE: too many open files)";
      case 38 -> " (ENOSYS: not known to this kernel)";
      default -> "";
    };
  }
}
