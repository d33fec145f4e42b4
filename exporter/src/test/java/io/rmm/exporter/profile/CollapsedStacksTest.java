package io.rmm.exporter.profile;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

class CollapsedStacksTest {

  private static String text(HeapProfile profile, ProfileFormat format) throws IOException {
    return new String(Profiles.write(profile, format), StandardCharsets.UTF_8);
  }

  @Test
  void hasALineForEachSiteWithItsLiveBytes() throws IOException {
    assertThat(text(Profiles.shop(), ProfileFormat.LIVE_STACKS))
        .isEqualTo(
            """
            shop.Main.main:10;shop.Orders.put:20 26880
            shop.Main.main:10;shop.Orders.put:25 640
            unknown 100
            """);
  }

  @Test
  void orItsAllocatedBytes() throws IOException {
    assertThat(text(Profiles.shop(), ProfileFormat.ALLOCATED_STACKS))
        .isEqualTo(
            """
            shop.Main.main:10;shop.Orders.put:20 104960
            shop.Main.main:10;shop.Orders.put:25 6400
            shop.Main.main:10;shop.Users.put:30 8192
            unknown 200
            """);
  }

  /** As the tools read a line: bytes after the last blank, frames between semicolons. */
  @Test
  void aHostileNameIsOneFrame() throws IOException {
    String text = text(Profiles.hostile(), ProfileFormat.LIVE_STACKS);

    assertThat(text.lines()).singleElement().asString().endsWith(" 640");
    assertThat(text.substring(0, text.lastIndexOf(' ')).split(";")).hasSize(2);
    assertThat(text).doesNotContain("\u001b", "\t", "\r");
  }
}
