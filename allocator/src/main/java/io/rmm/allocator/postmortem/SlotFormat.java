package io.rmm.allocator.postmortem;

import java.nio.ByteOrder;

/**
 * The format of the file that tells of a process's guarded blocks: a header, records of one size,
 * and the texts that they name.
 *
 * <p>The process writes it through a mapping, by plain stores, and may die between any two of them.
 * So a record is made valid by the store of its state, which is the last; before a record is
 * changed otherwise than by adding the free, its state is made {@link #EMPTY}. Texts are never
 * changed once a record names them.
 *
 * <p>All numbers are little-endian. Offsets are in bytes.
 */
final class SlotFormat {

  /** "RMMSLOTS", as the eight bytes are read. */
  static final long MAGIC = 0x53544F4C_534D4D52L;

  /** To be raised with every change; readers refuse other versions. */
  static final int VERSION = 1;

  /** The order of all numbers. */
  static final ByteOrder ORDER = ByteOrder.LITTLE_ENDIAN;

  /** How the files are called: this, the process's number, and more. */
  static final String FILE_PREFIX = "slots-";

  /** How the files' names end. */
  static final String FILE_SUFFIX = ".rmm";

  // ---- the header ----

  /** Bytes of the header: one page of most machines. */
  static final int HEADER_BYTES = 4096;

  static final int HEADER_MAGIC = 0;
  static final int HEADER_VERSION = 8;
  static final int HEADER_PID = 16;
  static final int HEADER_STARTED = 24;
  static final int HEADER_PAGE_SIZE = 32;
  static final int HEADER_RECORDS = 40;

  /** The range that all guarded blocks lie in, so that those long forgotten are recognised. */
  static final int HEADER_REGION_START = 48;

  static final int HEADER_REGION_END = 56;

  // ---- a record ----

  /** Bytes of a record: two cache lines of numbers, and the names of two threads. */
  static final int RECORD_BYTES = 256;

  /** The record tells nothing. */
  static final int EMPTY = 0;

  /** The block is live. */
  static final int LIVE = 1;

  /** The block is freed. */
  static final int FREED = 2;

  // The offsets in a record.
  static final int RECORD_STATE = 0;
  static final int RECORD_BUDGET = 4;
  static final int RECORD_ALLOCATION_SITE = 8;
  static final int RECORD_FREE_SITE = 12;
  static final int RECORD_START = 16;
  static final int RECORD_END = 24;
  static final int RECORD_ADDRESS = 32;
  static final int RECORD_BLOCK_ID = 40;
  static final int RECORD_BYTE_SIZE = 48;
  static final int RECORD_ALLOCATED = 56;
  static final int RECORD_FREED = 64;
  static final int RECORD_ALLOCATION_THREAD = 80;
  static final int RECORD_FREE_THREAD = 168;

  /** Bytes for a thread's name, of which the first is its length. */
  static final int THREAD_BYTES = 88;

  // ---- texts ----

  /** The offset of no text. */
  static final int NO_TEXT = 0;

  /** The most bytes of one text: some 12 frames. */
  static final int MAX_TEXT_BYTES = 1024;

  /** Bytes for texts: 2,000 sites at least. */
  static final int TEXT_BYTES = 2 << 20;

  private SlotFormat() {}

  /** Returns where the record {@code index} begins. */
  static long offsetOf(int index) {
    return HEADER_BYTES + (long) index * RECORD_BYTES;
  }

  /** Returns where the texts begin in a file with so many records. */
  static long texts(int records) {
    return offsetOf(records);
  }
}
