package io.rmm.demo.cache;

import org.jspecify.annotations.Nullable;

/** A database has no room for a value, and evicting entries did not make enough. */
public final class CacheFullException extends Exception {

  private static final long serialVersionUID = 1L;

  /** Makes the exception; {@code cause} tells who refused. */
  CacheFullException(String message, @Nullable Throwable cause) {
    super(message, cause);
  }
}
