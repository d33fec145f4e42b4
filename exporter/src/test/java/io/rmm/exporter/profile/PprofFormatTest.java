package io.rmm.exporter.profile;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.InstanceOfAssertFactories.STRING;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a decoder of somebody else's makes of the file: Datadog's {@code pprof-format}. */
class PprofFormatTest {

  @TempDir private Path folder;

  private String decode(HeapProfile profile) throws Exception {
    Path file = folder.resolve("heap.pb.gz");
    Files.write(file, Profiles.write(profile, ProfileFormat.PPROF));
    Path packages = NodeProgram.packages("pprof-format@2.3.2");
    return NodeProgram.run(packages, "decode-pprof.js", file.toString());
  }

  @Test
  void readsEverySample() throws Exception {
    assertThat(decode(Profiles.shop()))
        .isEqualTo(
            """
            types alloc_objects/count alloc_space/bytes inuse_objects/count inuse_space/bytes
            default inuse_space
            period space/bytes 524288
            time 1795774530123456789
            shop.Orders.put shop/Orders.java:20; shop.Main.main shop/Main.java:10 | 40 40960 20 20480 | budget=root/orders size_class=1024 bytes
            shop.Orders.put shop/Orders.java:20; shop.Main.main shop/Main.java:10 | 1000 64000 100 6400 | budget=root/orders size_class=64 bytes
            shop.Orders.put shop/Orders.java:25; shop.Main.main shop/Main.java:10 | 100 6400 10 640 | budget=root/orders size_class=64 bytes
            unknown :0 | 200 200 100 100 |
            shop.Users.put shop/Users.java:30; shop.Main.main shop/Main.java:10 | 2 8192 0 0 | budget=root/users size_class=4096 bytes"""
                .stripIndent());
  }

  @Test
  void readsAsManySamplesAsAProfileKeeps() throws Exception {
    List<String> lines =
        decode(Profiles.many()).lines().filter(line -> line.contains("|")).toList();

    assertThat(lines)
        .hasSize(Profiles.MANY)
        .first(STRING)
        .startsWith("shop.Many19999.put shop/Many.java:19999; ")
        .endsWith("| 39 39998 19 19999 | budget=root/b99 size_class=1024 bytes");
  }

  @Test
  void readsHostileNamesAsTheyAre() throws Exception {
    assertThat(decode(Profiles.hostile()))
        .contains("budget=" + Texts.printable(Profiles.ATTACK) + " size_class=64 bytes");
  }
}
