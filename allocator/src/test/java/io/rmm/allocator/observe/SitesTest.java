package io.rmm.allocator.observe;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static org.assertj.core.api.Assertions.assertThat;

import io.rmm.allocator.Site;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.reflect.Method;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;

/**
 * A site is known again by a fingerprint that leaves out most methods' names; it must be the site
 * that reading the whole stack would give, along any path.
 *
 * <p>The paths go through methods that have the same code, so that the same call stands at the same
 * place in each, and reach them in all ways there are.
 */
class SitesTest {

  private static final int MAX_STEPS = 24;

  private final Sites sites = new Sites();

  /** The steps that are left on a random path. */
  private static final class Path {

    private final Sites sites;
    private final Random random;
    private int left;
    private Site found = Site.UNKNOWN;
    private List<StackTraceElement> read = List.of();

    Path(Sites sites, long seed) {
      this.sites = sites;
      this.random = new Random(seed);
      this.left = random.nextInt(MAX_STEPS);
    }

    void next() throws Throwable {
      if (left-- <= 0) {
        lookAround();
        return;
      }
      int method = random.nextInt(METHODS.length);
      switch (random.nextInt(6)) {
        case 0 -> METHODS[method].invoke(null, this);
        case 1 -> HANDLES[method].invokeExact(this);
        case 2 -> throughNativeCode(HANDLES[method].bindTo(this));
        case 3 -> call(this::callOne);
        case 4 -> call(this::callOther);
        default -> one(this);
      }
    }

    private void lookAround() {
      read =
          StackWalker.getInstance()
              .walk(s -> s.limit(16).map(f -> f.toStackTraceElement()).toList());
      found = sites.here();
    }

    void callOne() throws Throwable {
      one(this);
    }

    void callOther() throws Throwable {
      other(this);
    }
  }

  private interface Call {
    void run() throws Throwable;
  }

  private static void call(Call call) throws Throwable {
    call.run();
  }

  private static void one(Path path) throws Throwable {
    path.next();
  }

  private static void other(Path path) throws Throwable {
    path.next();
  }

  private static final Method[] METHODS = new Method[2];
  private static final MethodHandle[] HANDLES = new MethodHandle[2];

  private static final Linker LINKER = Linker.nativeLinker();

  /** Calls what it is given once, by way of the C library: a search in an array of one. */
  private static final MethodHandle BSEARCH = bsearch();

  static {
    try {
      String[] names = {"one", "other"};
      for (int i = 0; i < names.length; i++) {
        METHODS[i] = SitesTest.class.getDeclaredMethod(names[i], Path.class);
        HANDLES[i] = MethodHandles.lookup().unreflect(METHODS[i]);
      }
    } catch (ReflectiveOperationException e) {
      throw new ExceptionInInitializerError(e);
    }
  }

  @SuppressWarnings("restricted")
  private static MethodHandle bsearch() {
    return LINKER.downcallHandle(
        LINKER.defaultLookup().findOrThrow("bsearch"),
        FunctionDescriptor.of(ADDRESS, ADDRESS, ADDRESS, JAVA_LONG, JAVA_LONG, ADDRESS));
  }

  @SuppressWarnings("restricted")
  private static void throughNativeCode(MethodHandle step) throws Throwable {
    try (Arena arena = Arena.ofConfined()) {
      MethodHandle compare =
          MethodHandles.dropArguments(
              MethodHandles.filterReturnValue(step, MethodHandles.constant(int.class, 0)),
              0,
              MemorySegment.class,
              MemorySegment.class);
      MemorySegment stub =
          LINKER.upcallStub(compare, FunctionDescriptor.of(JAVA_INT, ADDRESS, ADDRESS), arena);
      MemorySegment one = arena.allocate(8);
      var _ = (MemorySegment) BSEARCH.invokeExact(one, one, 1L, 8L, stub);
    }
  }

  @Test
  void sitesShareTheFramesThatTheyHaveInCommon() {
    Sites sites = new Sites();
    Site one = sites.here();
    Site other = sites.here();
    assertThat(one).isNotEqualTo(other);
    for (int i = 1; i < one.frames().size(); i++) {
      assertThat(one.frames().get(i)).isSameAs(other.frames().get(i));
    }
  }

  @Test
  void isWhatReadingTheStackGives() throws Throwable {
    Set<Site> different = new HashSet<>();
    for (long seed = 0; seed < 20_000; seed++) {
      Path path = new Path(sites, seed);
      path.next();
      assertThat(withoutInnermost(path.found.frames()))
          .as("seed %d", seed)
          .isEqualTo(withoutInnermost(path.read));
      different.add(path.found);
    }
    assertThat(different).hasSizeGreaterThan(1_000);
  }

  /** Its initializer and its method have the same code, and one call leads to both. */
  private static final class Initialized {

    static Site byInitializer = HERE.get();

    static void byMethod() {
      byInitializer = HERE.get();
    }
  }

  private static final Supplier<Site> HERE = new Sites()::here;

  @Test
  void aStaticInitializerIsNotTakenForAMethod() {
    List<Site> found = new ArrayList<>();
    for (int i = 0; i < 2; i++) {
      Initialized.byMethod();
      found.add(Initialized.byInitializer);
    }
    assertThat(found)
        .extracting(Site::toString)
        .allMatch(site -> site.contains("byMethod"))
        .noneMatch(site -> site.contains("<clinit>"));
  }

  @Test
  void aTaskOfAVirtualThreadIsNotTakenForThatOfAPlatformThread() throws Exception {
    for (int depth = 1; depth < 24; depth++) {
      Site[] found = new Site[2];
      int frames = depth;
      Thread.ofPlatform().start(() -> found[0] = deeper(frames)).join();
      Thread.ofVirtual().start(() -> found[1] = deeper(frames)).join();
      // The site of the second is what it is where nothing is known yet.
      Site[] unknown = new Site[1];
      SitesTest other = new SitesTest();
      Thread.ofVirtual().start(() -> unknown[0] = other.deeper(frames)).join();
      assertThat(methods(found[1])).as("%d frames", depth).isEqualTo(methods(unknown[0]));
    }
  }

  private Site deeper(int frames) {
    return frames == 0 ? sites.here() : deeper(frames - 1);
  }

  /** Of the frames that both stacks are made of: the helper's own, and the JDK's. */
  private static List<String> methods(Site site) {
    return site.frames().stream()
        .filter(frame -> !frame.getMethodName().contains("lambda"))
        .map(frame -> frame.getClassName() + "." + frame.getMethodName())
        .toList();
  }

  /** The innermost stands at another line by then. */
  private static List<StackTraceElement> withoutInnermost(List<StackTraceElement> frames) {
    return frames.subList(1, frames.size());
  }
}
