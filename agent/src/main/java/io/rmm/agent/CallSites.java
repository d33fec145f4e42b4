package io.rmm.agent;

import java.lang.classfile.ClassFile;
import java.lang.classfile.ClassModel;
import java.lang.classfile.CodeBuilder;
import java.lang.classfile.CodeElement;
import java.lang.classfile.MethodModel;
import java.lang.classfile.MethodTransform;
import java.lang.classfile.instruction.InvokeInstruction;
import java.lang.classfile.instruction.NewObjectInstruction;
import java.lang.classfile.instruction.ReturnInstruction;
import java.lang.constant.ClassDesc;
import java.lang.constant.MethodTypeDesc;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * The calls in the JDK that are led elsewhere: what is decided; {@link Hooks} does it.
 *
 * <p>A call of an instance's method becomes one of a static method, which takes the instance as its
 * first argument: so nothing around it has to change. A new object becomes one of another class
 * with the same parameters.
 *
 * <p>Each change says in which method it is, and how often. Where a class has it more or less
 * often, it is not the class that this was written for.
 */
final class CallSites {

  private static final String PROBE = "jdk/internal/misc/RmmProbe";
  private static final String UNSAFE = "jdk/internal/misc/Unsafe";
  private static final String SESSION = "jdk/internal/foreign/MemorySessionImpl";

  /**
   * One change.
   *
   * @param type the class, as class files name it
   * @param method the method that it is in
   * @param times how often it is there
   */
  private record Change(String type, String method, int times, Edit edit) {}

  /** What becomes of an instruction. */
  private interface Edit {

    /** Emits what takes the place of {@code element}; false if it is not meant. */
    boolean apply(CodeBuilder code, CodeElement element);
  }

  private static final List<Change> CHANGES =
      List.of(
          new Change("java/nio/DirectByteBuffer", "<init>", 1, limited("allocateMemory")),
          new Change(
              "java/nio/DirectByteBuffer",
              "<init>",
              2,
              created("java/nio/DirectByteBuffer$Deallocator", "java/nio/RmmDeallocator")),
          new Change(
              "jdk/internal/foreign/SegmentFactories",
              "allocateMemoryWrapper",
              1,
              limited("allocateMemory")),
          new Change(
              "jdk/internal/foreign/SegmentFactories",
              "allocateNativeInternal",
              2,
              createdInSession(
                  "jdk/internal/foreign/SegmentFactories$1", "jdk/internal/foreign/RmmCleanup")),
          new Change(SESSION, "createShared", 1, before("openedShared")),
          new Change("jdk/internal/foreign/SharedSession", "justClose", 1, before("closedShared")),
          new Change("sun/misc/Unsafe", "allocateMemory", 1, counted("allocateMemory")),
          new Change("sun/misc/Unsafe", "reallocateMemory", 1, counted("reallocateMemory")),
          new Change("sun/misc/Unsafe", "freeMemory", 1, counted("freeMemory")),
          new Change("sun/nio/ch/FileChannelImpl", "mapInternal", 2, mapped("map")),
          new Change("sun/nio/ch/FileChannelImpl", "mapInternal", 1, mapped("unmap")),
          new Change("sun/nio/ch/FileChannelImpl$Unmapper", "unmap", 1, mapped("unmap")),
          new Change(
              "jdk/internal/foreign/abi/AbstractLinker",
              "downcallHandle",
              1,
              call(
                  "java/lang/invoke/MethodHandle",
                  "bindTo",
                  "jdk/internal/foreign/abi/RmmLinker",
                  "bindTo")));

  /** The classes that are changed, as class files name them. */
  static final Set<String> CLASSES =
      CHANGES.stream().map(Change::type).collect(Collectors.toUnmodifiableSet());

  private static final Map<String, List<Change>> BY_CLASS =
      CHANGES.stream().collect(Collectors.groupingBy(Change::type));

  private CallSites() {}

  /**
   * Makes the changes to the class {@code name}.
   *
   * @throws IllegalStateException if it is not as expected
   */
  static byte[] transform(String name, byte[] bytes) {
    List<Change> changes = BY_CLASS.getOrDefault(name, List.of());
    int[] made = new int[changes.size()];
    ClassFile classFile = ClassFile.of();
    ClassModel model = classFile.parse(bytes);
    byte[] changed =
        classFile.transformClass(
            model,
            (builder, element) -> {
              if (element instanceof MethodModel method
                  && changes.stream().anyMatch(change -> isIn(change, method))) {
                builder.transformMethod(
                    method,
                    MethodTransform.transformingCode(
                        (code, instruction) -> apply(changes, made, method, code, instruction)));
              } else {
                builder.with(element);
              }
            });
    for (int i = 0; i < made.length; i++) {
      Change change = changes.get(i);
      if (made[i] != change.times) {
        throw new IllegalStateException(
            change.method
                + " has what is to be changed "
                + made[i]
                + " times, not "
                + change.times);
      }
    }
    return changed;
  }

  private static boolean isIn(Change change, MethodModel method) {
    return method.methodName().equalsString(change.method) && method.code().isPresent();
  }

  private static void apply(
      List<Change> changes,
      int[] made,
      MethodModel method,
      CodeBuilder code,
      CodeElement instruction) {
    for (int i = 0; i < made.length; i++) {
      if (isIn(changes.get(i), method) && changes.get(i).edit.apply(code, instruction)) {
        made[i]++;
        return;
      }
    }
    code.with(instruction);
  }

  // ---- edits ----

  /** Leads a call of {@link #UNSAFE} to the method that heeds the limit. */
  private static Edit limited(String method) {
    return call(UNSAFE, method, PROBE, "allocate");
  }

  private static Edit counted(String method) {
    return call(UNSAFE, method, "jdk/internal/misc/RmmUnsafe", method);
  }

  private static Edit mapped(String method) {
    return call("sun/nio/ch/FileDispatcher", method, "sun/nio/ch/RmmMappings", method);
  }

  /** Leads calls of an instance's method to a static one. */
  private static Edit call(String owner, String method, String newOwner, String newMethod) {
    ClassDesc to = named(newOwner);
    return (code, element) -> {
      if (!(element instanceof InvokeInstruction call)
          || !call.owner().asInternalName().equals(owner)
          || !call.name().equalsString(method)) {
        return false;
      }
      MethodTypeDesc type = call.typeSymbol().insertParameterTypes(0, named(owner));
      code.invokestatic(to, newMethod, type);
      return true;
    };
  }

  /** Makes objects of one class those of another with the same constructor. */
  private static Edit created(String type, String newType) {
    return (code, element) -> {
      if (element instanceof NewObjectInstruction made
          && made.className().asInternalName().equals(type)) {
        code.new_(named(newType));
        return true;
      }
      if (element instanceof InvokeInstruction call && isConstructor(call, type)) {
        code.invokespecial(named(newType), "<init>", call.typeSymbol());
        return true;
      }
      return false;
    };
  }

  /** As {@link #created}, and hands the session over besides, which is the third parameter. */
  private static Edit createdInSession(String type, String newType) {
    Edit created = created(type, newType);
    return (code, element) -> {
      if (element instanceof InvokeInstruction call && isConstructor(call, type)) {
        code.aload(code.parameterSlot(2));
        MethodTypeDesc parameters = call.typeSymbol();
        code.invokespecial(
            named(newType),
            "<init>",
            parameters.insertParameterTypes(parameters.parameterCount(), named(SESSION)));
        return true;
      }
      return created.apply(code, element);
    };
  }

  private static boolean isConstructor(InvokeInstruction call, String type) {
    return call.owner().asInternalName().equals(type) && call.name().equalsString("<init>");
  }

  /** Calls a method of the probe before the method returns. */
  private static Edit before(String method) {
    return (code, element) -> {
      if (!(element instanceof ReturnInstruction)) {
        return false;
      }
      code.invokestatic(named(PROBE), method, MethodTypeDesc.ofDescriptor("()V"));
      code.with(element);
      return true;
    };
  }

  private static ClassDesc named(String internalName) {
    return ClassDesc.ofInternalName(internalName);
  }
}
