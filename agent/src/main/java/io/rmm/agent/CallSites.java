package io.rmm.agent;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * The calls in the JDK that are led elsewhere: what is decided. {@link ClassPatch} does it, and
 * {@link Hooks} has it done.
 *
 * <p>A call of an instance's method becomes one of a static method, which takes the instance as its
 * first argument; a new object becomes one of another class with the same parameters. So each
 * change is one instruction for another of the same length, and all around it stays as it is.
 *
 * <p>Each says in which method it is, and how often. Where a class has it more or less often, it is
 * not the class that this was written for.
 */
final class CallSites {

  /**
   * One change.
   *
   * @param type the class, as class files name it
   * @param method the method that it is in; with its descriptor if others have the same name
   * @param times how often it is there
   * @param from what is called there
   * @param to what is called instead
   */
  record Change(String type, String method, int times, Target from, Target to) {}

  /**
   * What an instruction names.
   *
   * @param owner the class
   * @param name the method; empty if it is the class alone, of which there is a new object
   * @param descriptor that of the method; empty with it
   */
  record Target(String owner, String name, String descriptor) {

    /** Returns the class alone. */
    static Target ofNew(String owner) {
      return new Target(owner, "", "");
    }

    /** Tells whether it is a class of which there is a new object. */
    boolean isNew() {
      return name.isEmpty();
    }

    /** Returns the method of the same name in {@code type}. */
    Target in(String type) {
      return new Target(type, name, descriptor);
    }

    /** Returns the static method of that name in {@code type}, with the instance as an argument. */
    Target asStaticOf(String type, String method) {
      return new Target(type, method, "(L" + owner + ";" + descriptor.substring(1));
    }
  }

  private static final String MISC = "jdk/internal/misc/";
  private static final String FOREIGN = "jdk/internal/foreign/";
  private static final String NIO = "sun/nio/ch/";

  private static final Target ALLOCATE = new Target(MISC + "Unsafe", "allocateMemory", "(J)J");
  private static final Target REALLOCATE = new Target(MISC + "Unsafe", "reallocateMemory", "(JJ)J");
  private static final Target FREE = new Target(MISC + "Unsafe", "freeMemory", "(J)V");
  private static final Target MAP =
      new Target(NIO + "FileDispatcher", "map", "(Ljava/io/FileDescriptor;IJJZ)J");
  private static final Target UNMAP = new Target(NIO + "FileDispatcher", "unmap", "(JJ)I");

  private static final List<Change> CHANGES = changes();

  private CallSites() {}

  private static List<Change> changes() {
    List<Change> changes = new ArrayList<>();
    direct(changes);
    arenas(changes);
    unsafe(changes);
    mapped(changes);
    downcalls(changes);
    return changes;
  }

  private static void direct(List<Change> changes) {
    String type = "java/nio/DirectByteBuffer";
    String hook = "java/nio/RmmDeallocator";
    String constructor = "<init>(I)V"; // another one is that of mapped buffers
    create(changes, type, constructor, type + "$Deallocator", hook, "(JJI)V");
    Target cleaner =
        new Target(
            "jdk/internal/ref/Cleaner",
            "create",
            "(Ljava/lang/Object;Ljava/lang/Runnable;)Ljdk/internal/ref/Cleaner;");
    changes.add(new Change(type, constructor, 1, cleaner, cleaner.in(hook)));
    Target reserve = new Target("java/nio/Bits", "reserveMemory", "(JJ)V");
    changes.add(new Change(type, constructor, 1, reserve, reserve.in(hook)));
    Target unreserve = new Target("java/nio/Bits", "unreserveMemory", "(JJ)V");
    changes.add(new Change(type, constructor, 2, unreserve, unreserve.in(hook)));
  }

  private static void arenas(List<Change> changes) {
    String type = FOREIGN + "SegmentFactories";
    String hook = FOREIGN + "RmmCleanup";
    changes.add(
        new Change(
            type,
            "allocateMemoryWrapper",
            1,
            ALLOCATE,
            ALLOCATE.asStaticOf(MISC + "RmmLimit", "allocate")));
    create(changes, type, "allocateNativeInternal", type + "$1", hook, "(JZJJ)V");
    Target add =
        new Target(
            FOREIGN + "MemorySessionImpl",
            "addOrCleanupIfFail",
            "(L" + FOREIGN + "MemorySessionImpl$ResourceList$ResourceCleanup;)V");
    changes.add(new Change(type, "allocateNativeInternal", 1, add, add.asStaticOf(hook, "add")));
    Target reserve = new Target("jdk/internal/access/JavaNioAccess", "reserveMemory", "(JJ)V");
    changes.add(
        new Change(
            type, "allocateNativeInternal", 2, reserve, reserve.asStaticOf(hook, reserve.name)));
    Target createShared =
        new Target(
            FOREIGN + "MemorySessionImpl", "createShared", "()L" + FOREIGN + "MemorySessionImpl;");
    changes.add(
        new Change(
            "java/lang/foreign/Arena",
            "ofShared",
            1,
            createShared,
            createShared.in(FOREIGN + "RmmArenas")));
    Target close =
        new Target(
            MISC + "ScopedMemoryAccess",
            "closeScope",
            "(L"
                + FOREIGN
                + "MemorySessionImpl;L"
                + MISC
                + "ScopedMemoryAccess$ScopedAccessError;)V");
    changes.add(
        new Change(
            FOREIGN + "SharedSession",
            "justClose",
            1,
            close,
            close.asStaticOf(FOREIGN + "RmmArenas", close.name)));
  }

  private static void unsafe(List<Change> changes) {
    for (Target method : List.of(ALLOCATE, REALLOCATE, FREE)) {
      Target counted = method.asStaticOf(MISC + "RmmUnsafe", method.name);
      changes.add(new Change("sun/misc/Unsafe", method.name, 1, method, counted));
    }
  }

  private static void mapped(List<Change> changes) {
    String type = NIO + "FileChannelImpl";
    String hook = NIO + "RmmMappings";
    changes.add(new Change(type, "mapInternal", 2, MAP, MAP.asStaticOf(hook, MAP.name)));
    changes.add(new Change(type, "mapInternal", 1, UNMAP, UNMAP.asStaticOf(hook, UNMAP.name)));
    changes.add(
        new Change(type + "$Unmapper", "unmap", 1, UNMAP, UNMAP.asStaticOf(hook, UNMAP.name)));
  }

  private static void downcalls(List<Change> changes) {
    String type = FOREIGN + "abi/AbstractLinker";
    String hook = FOREIGN + "abi/RmmLinker";
    String method = "downcallHandle";
    String handle = "Ljava/lang/invoke/MethodHandle;";
    Target bindTo =
        new Target("java/lang/invoke/MethodHandle", "bindTo", "(Ljava/lang/Object;)" + handle);
    changes.add(new Change(type, method, 1, bindTo, bindTo.asStaticOf(hook, bindTo.name)));
    String unbound =
        "(Ljava/lang/foreign/FunctionDescriptor;[Ljava/lang/foreign/Linker$Option;)" + handle;
    Target make = new Target(type, "downcallHandle0", unbound);
    changes.add(new Change(type, method + unbound, 1, make, make.asStaticOf(hook, method)));
  }

  /** Makes new objects of one class those of another. */
  private static void create(
      List<Change> changes,
      String type,
      String method,
      String made,
      String instead,
      String constructor) {
    changes.add(new Change(type, method, 1, Target.ofNew(made), Target.ofNew(instead)));
    changes.add(
        new Change(
            type,
            method,
            1,
            new Target(made, "<init>", constructor),
            new Target(instead, "<init>", constructor)));
  }

  /** Returns the classes that are changed, as class files name them. */
  static Set<String> classes() {
    Set<String> classes = new HashSet<>();
    for (Change change : CHANGES) {
      classes.add(change.type);
    }
    return classes;
  }

  /**
   * Makes the changes to the class {@code name}.
   *
   * @throws IllegalStateException if it is not as expected
   */
  static byte[] transform(String name, byte[] bytes) {
    ClassPatch patch = new ClassPatch(bytes);
    for (Change change : CHANGES) {
      if (change.type.equals(name)) {
        int made = patch.replace(change.method, change.from, change.to);
        if (made != change.times) {
          throw new IllegalStateException(
              change.method
                  + " calls "
                  + change.from.name
                  + " "
                  + made
                  + " times, not "
                  + change.times);
        }
      }
    }
    return patch.bytes();
  }
}
