package io.rmm.allocator.source;

/**
 * An extent is refused because it would leave the process too little address space. Unlike a want
 * of memory, no memory that goes back makes a difference, and nothing has changed.
 */
public final class NoAddressSpaceException extends RuntimeException {

  private static final long serialVersionUID = 1L;

  NoAddressSpaceException(String message) {
    super(message);
  }
}
