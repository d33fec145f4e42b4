package io.rmm.exporter.profile;

import io.rmm.allocator.Estimate;
import io.rmm.allocator.Site;
import io.rmm.allocator.SiteProfile;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;

/** Profiles to be written. */
final class Profiles {

  static final Instant TIME = Instant.parse("2026-11-27T10:15:30.123456789Z");

  /** What nobody should name anything, and what a page, a line or a field must not be broken by. */
  static final String ATTACK =
      "</pre><script>document.title='owned'</script><img src=x onerror=alert(1)>\"';&\t\n\r\u001b[31m\u202e\ud800";

  /** As many as a profile of the kernel has at the most. */
  static final int MANY = 20_000;

  static final StackTraceElement MAIN = frame("shop.Main", "main", "Main.java", 10);
  static final StackTraceElement ORDERS = frame("shop.Orders", "put", "Orders.java", 20);
  static final StackTraceElement ORDERS_TOO = frame("shop.Orders", "put", "Orders.java", 25);
  static final StackTraceElement USERS = frame("shop.Users", "put", "Users.java", 30);

  /** Two lines of one function, one budget and size twice, one site with nothing live. */
  static final SiteProfile SHOP =
      SiteProfile.of(
          List.of(
              sample(List.of(ORDERS, MAIN), "root/orders", 64, 6_400, 64_000, 300),
              sample(List.of(ORDERS, MAIN), "root/orders", 1024, 20_480, 40_960, 4_000),
              sample(List.of(ORDERS_TOO, MAIN), "root/orders", 64, 640, 6_400, 100),
              sample(List.of(USERS, MAIN), "root/users", 4096, 0, 8_192, 2_000),
              sample(List.of(), "", 0, 100, 200, 10)),
          true,
          524_288);

  private Profiles() {}

  static HeapProfile shop() {
    return new HeapProfile("shop", TIME, SHOP);
  }

  /** A profile all of whose names are an attack. */
  static HeapProfile hostile() {
    StackTraceElement frame = frame(ATTACK, ATTACK, ATTACK, -2);
    SiteProfile sites =
        SiteProfile.of(
            List.of(sample(List.of(frame, MAIN), ATTACK, 64, 640, 6_400, 100)), false, 524_288);
    return new HeapProfile(ATTACK, TIME, sites);
  }

  /** Deep stacks; each site has one sample, of a byte more than that of the site before. */
  static HeapProfile many() {
    List<StackTraceElement> outer =
        IntStream.range(0, 15)
            .mapToObj(i -> frame("shop.Outer" + i, "run", "Outer.java", 1))
            .toList();
    List<SiteProfile.Sample> samples =
        IntStream.range(0, MANY)
            .mapToObj(
                i -> {
                  List<StackTraceElement> frames = new ArrayList<>(outer);
                  frames.addFirst(frame("shop.Many" + i, "put", "Many.java", i));
                  return sample(frames, "root/b" + i % 100, 1024, i, 2L * i, 100);
                })
            .toList();
    return new HeapProfile("many", TIME, SiteProfile.of(samples, false, 524_288));
  }

  static byte[] write(HeapProfile profile, ProfileFormat format) throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    profile.write(format, out);
    return out.toByteArray();
  }

  static SiteProfile.Sample sample(
      List<StackTraceElement> frames,
      String budget,
      long blockBytes,
      long live,
      long allocated,
      long error) {
    long slot = Math.max(1, blockBytes);
    return new SiteProfile.Sample(
        new Site(frames),
        budget,
        blockBytes,
        new Estimate(live, error),
        new Estimate(live / slot, error / slot),
        new Estimate(allocated, 2 * error),
        new Estimate(allocated / slot, 2 * error / slot),
        live == 0 ? 0 : 5,
        20);
  }

  static StackTraceElement frame(String className, String method, String file, int line) {
    return new StackTraceElement(className, method, file, line);
  }
}
