package io.rmm.dashboards.console;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class OwnersTest {

  @ParameterizedTest
  @CsvSource({
    "io.netty.buffer.PoolArena, netty",
    "org.apache.lucene.store.MMapDirectory$Inner, lucene",
    "org.h2.mvstore.MVStore, h2",
    "org.apache.Thing, apache",
    "com.google.protobuf.Message, com.google.protobuf",
    "com.example.shop.orders.Cache, com.example",
    "com.example.Cache, com.example",
    "shop.Cache, shop",
    "Main, Main",
    "sun.nio.ch.Util, the JDK"
  })
  void anOwnerIsAProjectOrTheBeginningOfAPackage(String name, String owner) {
    assertThat(Owners.owner(List.of(name))).isEqualTo(owner);
  }

  @Test
  void theJdkTakesMemoryForItsCallers() {
    assertThat(Owners.owner(List.of("sun.nio.ch.Util", "java.nio.channels.X", "com.example.Main")))
        .isEqualTo("com.example");
    assertThat(Owners.owner(List.of())).isEqualTo("unknown");
  }

  @Test
  void sitesOfOneOwnerAreAddedUp() {
    Map<String, Long> sites = Map.of("io.netty.A", 10L, "com.example.B", 25L, "io.netty.C", 20L);
    assertThat(Owners.told(sites.keySet(), List::of, sites::get))
        .isEqualTo("netty 30 B, com.example 25 B");
  }

  @Test
  void theSmallestAreNotNamed() {
    List<String> sites = List.of("a.A", "bb.A", "ccc.A", "dddd.A", "eeeee.A", "f.A", "g.A");
    assertThat(Owners.told(sites, List::of, String::length))
        .startsWith("eeeee 7 B, dddd 6 B")
        .endsWith(" and 1 more");
  }
}
