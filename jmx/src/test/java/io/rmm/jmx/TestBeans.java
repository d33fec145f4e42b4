package io.rmm.jmx;

import io.rmm.allocator.signal.ManagedBean;
import java.lang.management.ManagementFactory;
import java.util.HashSet;
import java.util.Set;
import javax.management.MBeanServer;
import javax.management.MalformedObjectNameException;
import javax.management.ObjectName;

/** The platform's MBean server, as tests ask it. */
final class TestBeans {

  static final MBeanServer SERVER = ManagementFactory.getPlatformMBeanServer();

  static final ObjectName LEDGER = name("io.rmm:type=NativeMemoryLedger");

  private TestBeans() {}

  static ObjectName name(String name) {
    try {
      return new ObjectName(name);
    } catch (MalformedObjectNameException e) {
      throw new AssertionError(e);
    }
  }

  static ObjectName manager(String manager) {
    return name("io.rmm:type=MemoryManager,manager=" + manager);
  }

  static ObjectName budget(String manager, String path) {
    return name("io.rmm:type=Budget,manager=" + manager + ",name=" + path);
  }

  static ObjectName misuse(String manager) {
    return bean(manager, ManagedBean.MISUSE);
  }

  static ObjectName bean(String manager, ManagedBean bean) {
    return bean == ManagedBean.NATIVE_MEMORY_LEDGER
        ? LEDGER
        : name("io.rmm:type=" + bean.type() + ",manager=" + manager);
  }

  /** All beans of RMM that are a source's: the ledger is the process's. */
  static Set<ObjectName> all() {
    Set<ObjectName> beans = new HashSet<>(SERVER.queryNames(name("io.rmm:*"), null));
    beans.remove(LEDGER);
    return beans;
  }

  static Object get(ObjectName bean, String attribute) throws Exception {
    return SERVER.getAttribute(bean, attribute);
  }
}
