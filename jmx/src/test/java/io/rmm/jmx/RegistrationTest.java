package io.rmm.jmx;

import static io.rmm.jmx.TestBeans.SERVER;
import static io.rmm.jmx.TestBeans.get;
import static io.rmm.jmx.TestBeans.name;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.rmm.allocator.BudgetLimits;
import io.rmm.allocator.MemoryListener;
import io.rmm.allocator.MemoryManager;
import io.rmm.allocator.MemorySnapshot;
import io.rmm.allocator.MemorySource;
import io.rmm.allocator.SiteProfile;
import io.rmm.allocator.signal.ManagedBean;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import javax.management.InstanceAlreadyExistsException;
import javax.management.ObjectName;
import javax.management.timer.Timer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Beans come and go with their source, and none stays behind. */
class RegistrationTest {

  @AfterEach
  void nothingIsLeft() {
    assertThat(TestBeans.all()).isEmpty();
  }

  @Test
  void beansAreThereWhileTheManagerIsOpen() {
    try (MemoryManager manager = manager("open")) {
      assertThat(manager.name()).isEqualTo("open");
      assertThat(TestBeans.all())
          .containsExactlyInAnyOrder(
              TestBeans.manager("open"),
              TestBeans.bean("open", ManagedBean.MISUSE),
              TestBeans.bean("open", ManagedBean.LEAKS),
              TestBeans.bean("open", ManagedBean.TUNING),
              TestBeans.bean("open", ManagedBean.EXPORTER),
              TestBeans.budget("open", "root"));
    }
    assertThat(TestBeans.all()).isEmpty();
  }

  @Test
  void twoManagersOfOneNameAreToldApart() throws Exception {
    ObjectName secondBean = name("io.rmm:type=MemoryManager,manager=twin,instance=2");
    MemoryManager first = manager("twin");
    try (MemoryManager second = manager("twin")) {
      second.allocate(64).close();
      second.rootBudget().child("only here", BudgetLimits.unlimited());

      await().untilAsserted(() -> assertThat(get(secondBean, "Allocations")).isEqualTo(1L));
      assertThat(get(TestBeans.manager("twin"), "Allocations")).isEqualTo(0L);
      assertThat(SERVER.isRegistered(name("io.rmm:type=Misuse,manager=twin,instance=2"))).isTrue();
      await()
          .until(
              () ->
                  SERVER.isRegistered(
                      name("io.rmm:type=Budget,manager=twin,instance=2,name=root/only here")));

      first.close();
      assertThat(TestBeans.all())
          .hasSize(7)
          .allMatch(bean -> bean.getKeyProperty("instance").equals("2"));
      try (MemoryManager third = manager("twin")) {
        assertThat(third.name()).isEqualTo("twin");
        assertThat(SERVER.isRegistered(TestBeans.manager("twin"))).isTrue();
      }
    }
  }

  @Test
  void whenOneBeanCannotBeRegisteredNoneIs() throws Exception {
    ObjectName taken = TestBeans.budget("clash", "root");
    SERVER.registerMBean(new Timer(), taken);
    try (MemoryManager manager =
        MemoryManager.builder().name("clash").discoverViews(false).build()) {
      Set<ObjectName> before = TestBeans.all();
      assertThatThrownBy(() -> new JmxView().attach(manager))
          .isInstanceOf(IllegalStateException.class)
          .hasMessageContaining("clash")
          .hasRootCauseInstanceOf(InstanceAlreadyExistsException.class);

      assertThat(TestBeans.all()).isEqualTo(before);
      await().until(() -> threadsOf("clash").isEmpty());
    } finally {
      SERVER.unregisterMBean(taken);
    }
  }

  @Test
  void aBudgetWhoseNameIsTakenDoesNotHideTheOthers() throws Exception {
    ObjectName taken = TestBeans.budget("partly", "root/taken");
    SERVER.registerMBean(new Timer(), taken);
    try (MemoryManager manager = manager("partly")) {
      manager.rootBudget().child("taken", BudgetLimits.unlimited());
      manager.rootBudget().child("free", BudgetLimits.unlimited());
      await().until(() -> SERVER.isRegistered(TestBeans.budget("partly", "root/free")));
    } finally {
      SERVER.unregisterMBean(taken);
    }
  }

  @Test
  void looksGoOnAfterTheJavaHeapWasFull() throws Exception {
    try (MemoryManager manager =
        MemoryManager.builder().name("full").discoverViews(false).build()) {
      RefusingSource source = new RefusingSource(manager);
      try (AutoCloseable _ = new JmxView().attach(source)) {
        source.refuses = true;
        await().until(() -> source.refusals.get() > 0);
        source.refuses = false;
        manager.rootBudget().child("later", BudgetLimits.unlimited());
        await().until(() -> SERVER.isRegistered(TestBeans.budget("full", "root/later")));
      }
    }
  }

  /** A manager's snapshots, for which the Java heap has no room at times. */
  private static final class RefusingSource implements MemorySource {

    private final MemorySource manager;
    private final AtomicInteger refusals = new AtomicInteger();
    private volatile boolean refuses;

    RefusingSource(MemorySource manager) {
      this.manager = manager;
    }

    @Override
    public String name() {
      return manager.name();
    }

    @Override
    public MemorySnapshot snapshot() {
      if (refuses) {
        refusals.incrementAndGet();
        throw new OutOfMemoryError("Java heap space");
      }
      return manager.snapshot();
    }

    @Override
    public SiteProfile profile() {
      return manager.profile();
    }

    @Override
    public void addListener(MemoryListener listener) {
      manager.addListener(listener);
    }

    @Override
    public void removeListener(MemoryListener listener) {
      manager.removeListener(listener);
    }
  }

  @Test
  void beansThatSomebodyElseTookOutDoNotDisturbTheClose() throws Exception {
    MemoryManager manager = manager("robbed");
    SERVER.unregisterMBean(TestBeans.misuse("robbed"));
    manager.close();
    assertThat(TestBeans.all()).isEmpty();
  }

  @Test
  void theThreadEndsWithTheManager() {
    MemoryManager manager = manager("threads");
    assertThat(threadsOf("threads")).hasSize(1).allMatch(Thread::isDaemon);
    manager.close();
    await().until(() -> threadsOf("threads").isEmpty());
  }

  /** The name that the manager's bean holds keeps the names of its other beans taken as well. */
  @Test
  void manyManagersOfOneNameComeAndGoInManyThreads() throws Exception {
    try (ExecutorService threads = Executors.newFixedThreadPool(4)) {
      List<Future<?>> busy = new ArrayList<>();
      for (int i = 0; i < 4; i++) {
        busy.add(threads.submit(RegistrationTest::attachOften));
      }
      for (Future<?> future : busy) {
        future.get(60, TimeUnit.SECONDS);
      }
    }
  }

  private static Void attachOften() throws Exception {
    try (MemoryManager manager =
        MemoryManager.builder().name("crowd").discoverViews(false).build()) {
      for (int i = 0; i < 100; i++) {
        new JmxView().attach(manager).close();
      }
    }
    return null;
  }

  private static List<Thread> threadsOf(String manager) {
    return Thread.getAllStackTraces().keySet().stream()
        .filter(thread -> thread.getName().equals("rmm-jmx-" + manager))
        .toList();
  }

  private static MemoryManager manager(String name) {
    MemoryManager manager = MemoryManager.builder().name(name).build();
    manager.awaitViews();
    return manager;
  }
}
