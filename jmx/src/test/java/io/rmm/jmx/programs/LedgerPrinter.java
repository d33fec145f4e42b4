package io.rmm.jmx.programs;

import java.lang.management.ManagementFactory;
import java.util.Arrays;
import javax.management.Attribute;
import javax.management.JMException;
import javax.management.MBeanAttributeInfo;
import javax.management.MBeanServer;
import javax.management.ObjectName;
import javax.management.openmbean.CompositeData;
import javax.management.openmbean.TabularData;

/** Reads the ledger of the process that it runs in, and prints it, a line for each figure. */
final class LedgerPrinter {

  private static final MBeanServer SERVER = ManagementFactory.getPlatformMBeanServer();

  private final ObjectName ledger = new ObjectName("io.rmm:type=NativeMemoryLedger");
  private final String[] attributes;

  /** Finds the ledger's bean. */
  LedgerPrinter() throws JMException {
    this.attributes =
        Arrays.stream(SERVER.getMBeanInfo(ledger).getAttributes())
            .map(MBeanAttributeInfo::getName)
            .toArray(String[]::new);
  }

  /** Reads all attributes until there is a sample; each read waits for it for a second. */
  void awaitSample() throws JMException {
    while (SERVER.getAttribute(ledger, "SampleTime").equals(0L)) {
      read();
    }
  }

  /** Reads all attributes, and returns how many there were. */
  int read() throws JMException {
    return SERVER.getAttributes(ledger, attributes).size();
  }

  void print() throws JMException {
    for (Attribute attribute : SERVER.getAttributes(ledger, attributes).asList()) {
      switch (attribute.getValue()) {
        case CompositeData[] lines -> {
          for (CompositeData line : lines) {
            String of = "." + line.get("name") + "=";
            System.out.println("resident" + of + line.get("resident"));
            System.out.println("measured" + of + line.get("measured"));
            System.out.println("committed" + of + line.get("committed"));
            System.out.println("evidence" + of + line.get("evidence"));
          }
        }
        case TabularData managers -> {
          for (Object row : managers.values()) {
            CompositeData manager = (CompositeData) row;
            System.out.println("manager." + manager.get("key") + "=" + manager.get("value"));
          }
        }
        case String[] notes ->
            System.out.println(attribute.getName() + "=" + String.join(" | ", notes));
        case Object value -> System.out.println(attribute.getName() + "=" + value);
      }
    }
  }

  /** How many beans of RMM there are. */
  static int beans() throws JMException {
    return SERVER.queryNames(new ObjectName("io.rmm:*"), null).size();
  }
}
