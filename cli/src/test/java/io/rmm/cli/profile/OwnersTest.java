package io.rmm.cli.profile;

import static org.assertj.core.api.Assertions.assertThat;

import io.rmm.allocator.Site;
import io.rmm.allocator.SiteProfile.Entry;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class OwnersTest {

  private static Site site(String... classes) {
    return new Site(
        Stream.of(classes).map(name -> new StackTraceElement(name, "take", "X.java", 1)).toList());
  }

  @ParameterizedTest
  @CsvSource({
    "io.netty.buffer.PoolArena, io.netty",
    "org.apache.lucene.store.MMapDirectory$Inner, org.apache.lucene",
    "com.example.shop.orders.Cache, com.example",
    "com.example.Cache, com.example",
    "shop.Cache, shop",
    "Main, Main",
    "sun.nio.ch.Util, the JDK"
  })
  void anOwnerIsTheBeginningOfAPackage(String name, String owner) {
    assertThat(Owners.owner(site(name))).isEqualTo(owner);
  }

  @Test
  void theJdkTakesMemoryForItsCallers() {
    assertThat(Owners.owner(site("sun.nio.ch.Util", "java.nio.channels.X", "com.example.Main")))
        .isEqualTo("com.example");
    assertThat(Owners.owner(Site.UNKNOWN)).isEqualTo("unknown");
  }

  @Test
  void sitesOfOneOwnerAreAddedUp() {
    List<Owners.Share> shares =
        Owners.of(
            List.of(
                entry(site("io.netty.A"), 10),
                entry(site("com.example.B"), 25),
                entry(site("io.netty.C"), 20)),
            Entry::live);
    assertThat(shares).extracting(Owners.Share::owner).containsExactly("io.netty", "com.example");
    assertThat(shares).extracting(share -> share.bytes().value()).containsExactly(30L, 25L);
  }

  private static Entry entry(Site site, long live) {
    return new Entry(site, live, 0, live, 0, 1, 1);
  }
}
