package io.rmm.demo.cache;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * A key: any bytes. Compared by contents; the hash is computed once.
 *
 * <p>Keys are ordered so that a {@link java.util.concurrent.ConcurrentHashMap} can still tell them
 * apart quickly when a client sends many of equal hash on purpose.
 */
public final class Key implements Comparable<Key> {

  private final byte[] bytes;
  private final int hash;

  /** Makes a key of {@code bytes}, which belong to the key from now on. */
  public Key(byte[] bytes) {
    this.bytes = bytes;
    this.hash = Arrays.hashCode(bytes);
  }

  /** Returns the number of bytes. */
  public int length() {
    return bytes.length;
  }

  @Override
  public int compareTo(Key other) {
    return Arrays.compareUnsigned(bytes, other.bytes);
  }

  @Override
  public boolean equals(@Nullable Object other) {
    return other instanceof Key key && key.hash == hash && Arrays.equals(key.bytes, bytes);
  }

  @Override
  public int hashCode() {
    return hash;
  }

  /** Returns the bytes as ISO 8859-1 characters. */
  @Override
  public String toString() {
    return new String(bytes, StandardCharsets.ISO_8859_1);
  }
}
