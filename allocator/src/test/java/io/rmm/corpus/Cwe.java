package io.rmm.corpus;

/** The weaknesses of the corpus, by their numbers in the Common Weakness Enumeration. */
enum Cwe {
  CWE122("heap-based buffer overflow"),
  CWE124("buffer underwrite"),
  CWE126("buffer over-read"),
  CWE127("buffer under-read"),
  CWE401("missing release of memory"),
  CWE415("double free"),
  CWE416("use after free"),
  CWE590("free of memory not on the heap"),
  CWE680("integer overflow to buffer overflow"),
  CWE690("unchecked result of an allocation"),
  CWE761("free of pointer not at start of buffer"),
  CWE762("mismatched memory management routines"),
  CWE789("memory allocation with excessive size value");

  final String title;

  Cwe(String title) {
    this.title = title;
  }
}
