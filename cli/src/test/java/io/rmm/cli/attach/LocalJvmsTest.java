package io.rmm.cli.attach;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.tools.attach.VirtualMachineDescriptor;
import com.sun.tools.attach.spi.AttachProvider;
import java.util.List;
import org.junit.jupiter.api.Test;

class LocalJvmsTest {

  /** As the answer of a JVM that is nested so deeply that it cannot be read. */
  @Test
  void anErrorOfOneDoesNotHideTheOthers() {
    AttachProvider provider = AttachProvider.providers().getFirst();
    List<LocalJvms.Entry> entries =
        LocalJvms.ask(
            List.of(
                new VirtualMachineDescriptor(provider, "2", "bad arguments"),
                new VirtualMachineDescriptor(provider, "1", "good")),
            jvm -> {
              if (jvm.id().equals("2")) {
                throw new StackOverflowError();
              }
              return new LocalJvms.Entry(1, "good", List.of("orders"), "");
            });
    assertThat(entries)
        .containsExactly(
            new LocalJvms.Entry(1, "good", List.of("orders"), ""),
            new LocalJvms.Entry(2, "bad", List.of(), "java.lang.StackOverflowError"));
  }
}
