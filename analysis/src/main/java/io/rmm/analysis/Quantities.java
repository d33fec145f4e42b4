package io.rmm.analysis;

import java.util.concurrent.TimeUnit;
import org.openjdk.jmc.common.IDisplayable;
import org.openjdk.jmc.common.unit.IQuantity;
import org.openjdk.jmc.common.unit.UnitLookup;

/** Numbers in words, as JMC writes them, so that our sentences and JMC's agree. */
public final class Quantities {

  private Quantities() {}

  /** Returns bytes with a binary unit, for example {@code 1.5 MiB}. */
  public static String bytes(long bytes) {
    return display(UnitLookup.BYTE.quantity(bytes));
  }

  /** Returns bytes a second with a binary unit, for example {@code 1.5 MiB/s}. */
  public static String bytesPerSecond(double bytes) {
    return display(UnitLookup.BYTE.quantity(bytes)) + "/s";
  }

  /** Returns a time span, for example {@code 1 min 12 s}. */
  public static String nanos(long nanos) {
    return display(UnitLookup.NANOSECOND.quantity(nanos));
  }

  /** Returns a time span, for example {@code 1 min 12 s}. */
  public static String seconds(long seconds) {
    // Of seconds JMC makes "1 min 1,000 ms"; of nanoseconds it does not.
    return nanos(TimeUnit.SECONDS.toNanos(seconds));
  }

  /** Returns a share of 0 to 1 as a percentage. */
  public static String share(double share) {
    return display(UnitLookup.PERCENT_UNITY.quantity(share));
  }

  /** Returns a number with its noun, for example {@code 1 block} or {@code 1,024 blocks}. */
  public static String counted(long count, String one, String many) {
    return String.format("%,d %s", count, count == 1 ? one : many);
  }

  private static String display(IQuantity quantity) {
    return quantity.displayUsing(IDisplayable.AUTO).replace('\u00a0', ' ');
  }
}
