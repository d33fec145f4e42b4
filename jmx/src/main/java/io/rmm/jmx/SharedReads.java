package io.rmm.jmx;

import java.util.function.Supplier;

/** Lets several reads of attributes see the state of one moment. */
interface SharedReads {

  /** Calls {@code reads} so that all it reads comes from one moment. */
  <T> T shared(Supplier<T> reads);
}
