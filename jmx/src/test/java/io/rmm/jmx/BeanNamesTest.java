package io.rmm.jmx;

import static org.assertj.core.api.Assertions.assertThat;

import io.rmm.allocator.signal.ManagedBean;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import javax.management.ObjectName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.FieldSource;
import org.junit.jupiter.params.provider.ValueSource;

class BeanNamesTest {

  static final List<String> HOSTILE =
      List.of(
          "a,b",
          "a=b",
          "a:b",
          "\"quoted\"",
          "half\"quoted",
          "*",
          "what?",
          "back\\slash",
          "back\\slash, and more",
          "\\\"",
          " spaces around ",
          "io.rmm:type=Budget,manager=m,name=n",
          "Größe 字 \uD83D\uDE00",
          "tab-free ~!@#$%^&()[]{}|;'<>.`",
          "x".repeat(128));

  @Test
  void plainNamesStandAsTheyAre() throws Exception {
    BeanNames names = new BeanNames("orders", 1);

    assertThat(names.of(ManagedBean.MEMORY_MANAGER).toString())
        .isEqualTo("io.rmm:type=MemoryManager,manager=orders");
    assertThat(names.of(ManagedBean.MISUSE).toString())
        .isEqualTo("io.rmm:type=Misuse,manager=orders");
    assertThat(names.ofBudget("root/tenant 7/cache").toString())
        .isEqualTo("io.rmm:type=Budget,manager=orders,name=root/tenant 7/cache");
  }

  @Test
  void aSecondInstanceSaysSoAfterTheManager() throws Exception {
    assertThat(new BeanNames("orders", 2).ofBudget("root").toString())
        .isEqualTo("io.rmm:type=Budget,manager=orders,instance=2,name=root");
  }

  @ParameterizedTest
  @FieldSource("HOSTILE")
  void everyNameIsFoundAgain(String name) throws Exception {
    ObjectName bean = new BeanNames(name, 1).ofBudget("root/" + name);

    assertThat(bean.isPattern()).isFalse();
    assertThat(bean.getKeyPropertyList()).hasSize(3);
    assertThat(plain(bean.getKeyProperty("manager"))).isEqualTo(name);
    assertThat(plain(bean.getKeyProperty("name"))).isEqualTo("root/" + name);
  }

  /** Managers refuse such names; another source may have them. */
  @ParameterizedTest
  @ValueSource(strings = {"line\nbreak", "carriage\rreturn", "\n", "tab\tulator"})
  void namesOfSeveralLinesAreFoundAgain(String name) throws Exception {
    everyNameIsFoundAgain(name);
  }

  @Test
  void aNameOfTenThousandCharactersIsFoundAgain() throws Exception {
    everyNameIsFoundAgain("x".repeat(10_000));
    everyNameIsFoundAgain("\"*,\n".repeat(2_500));
  }

  @Test
  void differentNamesStayDifferent() throws Exception {
    Set<ObjectName> beans = new HashSet<>();
    for (String name : HOSTILE) {
      beans.add(new BeanNames(name, 1).of(ManagedBean.MEMORY_MANAGER));
      beans.add(new BeanNames(ObjectName.quote(name), 1).of(ManagedBean.MEMORY_MANAGER));
    }
    assertThat(beans).hasSize(2 * HOSTILE.size());
  }

  private static String plain(String value) {
    return value.startsWith("\"") ? ObjectName.unquote(value) : value;
  }
}
