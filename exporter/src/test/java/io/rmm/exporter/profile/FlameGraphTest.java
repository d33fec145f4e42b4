package io.rmm.exporter.profile;

import static org.assertj.core.api.Assertions.assertThat;

import io.rmm.allocator.SiteProfile;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.Base64;
import java.util.List;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** The page as a text; what a browser makes of it is in {@link FlameGraphPageTest}. */
class FlameGraphTest {

  private static final Pattern ELEMENT =
      Pattern.compile("<(script|style)>(.*?)</\\1>", Pattern.DOTALL);

  private static String page(HeapProfile profile) throws IOException {
    return new String(Profiles.write(profile, ProfileFormat.FLAME_GRAPH), StandardCharsets.UTF_8);
  }

  @Test
  void loadsNothingAndRunsOnlyItsOwnScript() throws Exception {
    String page = page(Profiles.shop());

    assertThat(page).contains("default-src 'none'").doesNotContain("http:", "https:", "{{");
    List<MatchResult> elements = ELEMENT.matcher(page).results().toList();
    assertThat(elements).extracting(found -> found.group(1)).containsExactly("style", "script");
    for (MatchResult element : elements) {
      byte[] content = element.group(2).getBytes(StandardCharsets.UTF_8);
      byte[] hash = MessageDigest.getInstance("SHA-256").digest(content);
      assertThat(page)
          .contains(
              element.group(1) + "-src 'sha256-" + Base64.getEncoder().encodeToString(hash) + "'");
    }
  }

  @Test
  void hostileNamesDoNotLeaveTheirPlace() throws IOException {
    String page = page(Profiles.hostile());

    assertThat(page).doesNotContain("<script>document", "<img", "\u001b", "\u202e", "\r");
    String data = page.substring(page.indexOf("<pre id=\"profile\""), page.indexOf("</pre>"));
    assertThat(data).contains("&lt;/pre>&lt;script>document.title='owned'&lt;/script>");
    assertThat(data.lines().filter(line -> line.startsWith("sample\t")))
        .singleElement()
        .satisfies(line -> assertThat(line.split("\t")).hasSize(12));
  }

  @Test
  void anEmptyProfileIsAPageToo() throws IOException {
    HeapProfile empty = new HeapProfile("none", Profiles.TIME, SiteProfile.empty());

    assertThat(page(empty)).contains("manager\tnone\n").doesNotContain("\nsample\t");
  }
}
