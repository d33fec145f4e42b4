package io.rmm.agent;

import io.rmm.agent.CallSites.Target;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;

/**
 * A class file in which single instructions are exchanged for others of the same length.
 *
 * <p>Nothing moves but the constant pool, which gets longer: positions in code, frames and line
 * numbers stay true, so none of them has to be understood.
 *
 * <p><b>Tried</b>: {@code java.lang.classfile}, which would be the way to go. In a process that has
 * just begun, this step of the start took 145 ms with it, most of them to load it; it takes 33 to
 * 44 now, what the JVM needs to take the classes in among them. And to compute frames it loads
 * classes of the JDK that the program would perhaps never have loaded.
 *
 * @see <a href="https://docs.oracle.com/javase/specs/jvms/se25/html/jvms-4.html">JVMS 4</a>, whose
 *     names this uses
 */
final class ClassPatch {

  private static final int UTF8 = 1;
  private static final int CLASS = 7;
  private static final int METHOD_REF = 10;
  private static final int INTERFACE_METHOD_REF = 11;
  private static final int NAME_AND_TYPE = 12;

  /** Bytes of a constant by its tag, with the tag; 0 where there is none, or its length varies. */
  private static final int[] CONSTANT_LENGTHS = {
    0, 0, 0, 5, 5, 9, 9, 3, 3, 5, 5, 5, 5, 0, 0, 4, 3, 5, 5, 3, 3
  };

  private static final int LONG = 5;
  private static final int DOUBLE = 6;

  private static final int INVOKE_VIRTUAL = 182;
  private static final int INVOKE_STATIC = 184;
  private static final int INVOKE_INTERFACE = 185;
  private static final int NOP = 0;
  private static final int NEW = 187;
  private static final int TABLE_SWITCH = 170;
  private static final int LOOKUP_SWITCH = 171;
  private static final int WIDE = 196;
  private static final int IINC = 132;

  /** Bytes of an instruction by its opcode, forty a line; 0 where its length varies. */
  private static final String LENGTHS =
      "1111111111111111232332222211111111111111"
          + "1111111111111122222111111111111111111111"
          + "1111111111111111111111111111111111111111"
          + "1111111111113111111111111111111113333333"
          + "3333333332001111113333333553231133110433"
          + "55";

  private final ByteBuffer file;
  private final int[] constants;
  private final int poolEnd;
  private final Map<String, Integer> added = new HashMap<>();
  private final ByteArrayOutputStream additions = new ByteArrayOutputStream();
  private int constantCount;

  ClassPatch(byte[] bytes) {
    this.file = ByteBuffer.wrap(bytes.clone());
    this.constantCount = u2(8);
    this.constants = new int[constantCount];
    int at = 10;
    for (int i = 1; i < constants.length; i++) {
      constants[i] = at;
      int tag = file.get(at);
      at += tag == UTF8 ? 3 + u2(at + 1) : CONSTANT_LENGTHS[tag];
      if (tag == LONG || tag == DOUBLE) {
        i++; // they take two numbers
      }
    }
    this.poolEnd = at;
  }

  /**
   * Exchanges instructions in the methods of one name: calls for static calls, constructors for
   * constructors, new objects for new objects.
   *
   * @param method the name, and the descriptor if only the method that has it is meant
   * @return how many there were
   */
  int replace(String method, Target from, Target to) {
    int at = poolEnd + 6;
    at += 2 + 2 * u2(at); // interfaces
    at = skipMembers(at); // fields
    int replaced = 0;
    int methods = u2(at);
    at += 2;
    for (int i = 0; i < methods; i++) {
      boolean meant = isMeant(method, utf8(u2(at + 2)), u2(at + 4));
      int attributes = u2(at + 6);
      at += 8;
      for (int j = 0; j < attributes; j++) {
        if (meant && utf8(u2(at)).equals("Code")) {
          replaced += replaceInCode(at + 14, file.getInt(at + 10), from, to);
        }
        at += 6 + file.getInt(at + 2);
      }
    }
    return replaced;
  }

  private boolean isMeant(String method, String name, int descriptor) {
    return method.startsWith(name)
        && (method.length() == name.length() || method.equals(name + utf8(descriptor)));
  }

  private int skipMembers(int start) {
    int at = start + 2;
    for (int i = u2(start); i > 0; i--) {
      int attributes = u2(at + 6);
      at += 8;
      for (int j = 0; j < attributes; j++) {
        at += 6 + file.getInt(at + 2);
      }
    }
    return at;
  }

  private int replaceInCode(int start, int length, Target from, Target to) {
    int replaced = 0;
    for (int at = start; at < start + length; at += instructionLength(start, at)) {
      int opcode = u1(at);
      boolean call = opcode >= INVOKE_VIRTUAL && opcode <= INVOKE_INTERFACE;
      if ((from.isNew() ? opcode == NEW : call) && names(u2(at + 1), from)) {
        if (call && !to.name().equals("<init>")) {
          file.put(at, (byte) INVOKE_STATIC);
          for (int rest = at + 3; opcode == INVOKE_INTERFACE && rest < at + 5; rest++) {
            file.put(rest, (byte) NOP); // what only calls of interfaces have
          }
        }
        file.putShort(at + 1, (short) constant(to));
        replaced++;
      }
    }
    return replaced;
  }

  private int instructionLength(int start, int at) {
    int opcode = u1(at);
    int operands = at + 4 - ((at - start) & 3); // of switches, at the next position of four
    return switch (opcode) {
      case TABLE_SWITCH ->
          operands + 16 + 4 * (file.getInt(operands + 8) - file.getInt(operands + 4)) - at;
      case LOOKUP_SWITCH -> operands + 8 + 8 * file.getInt(operands + 4) - at;
      case WIDE -> u1(at + 1) == IINC ? 6 : 4;
      default -> LENGTHS.charAt(opcode) - '0';
    };
  }

  /** Tells whether the constant {@code index} is {@code target}. */
  private boolean names(int index, Target target) {
    if (index >= constants.length) {
      return false; // exchanged already
    }
    int at = constants[index];
    if (target.isNew()) {
      return className(index).equals(target.owner());
    }
    int tag = u1(at);
    if (tag != METHOD_REF && tag != INTERFACE_METHOD_REF) {
      return false;
    }
    int nameAndType = constants[u2(at + 3)];
    return utf8(u2(nameAndType + 1)).equals(target.name())
        && utf8(u2(nameAndType + 3)).equals(target.descriptor())
        && className(u2(at + 1)).equals(target.owner());
  }

  private String className(int index) {
    return utf8(u2(constants[index] + 1));
  }

  private String utf8(int index) {
    int at = constants[index];
    // Names of the JDK are ASCII, where the class file's own encoding does not differ.
    return new String(file.array(), at + 3, u2(at + 1), StandardCharsets.UTF_8);
  }

  // ---- new constants ----

  private int constant(Target target) {
    int type = add("C" + target.owner(), CLASS, utf8(target.owner()));
    if (target.isNew()) {
      return type;
    }
    int nameAndType =
        add(
            "N" + target.name() + target.descriptor(),
            NAME_AND_TYPE,
            utf8(target.name()),
            utf8(target.descriptor()));
    return add("M" + type + " " + nameAndType, METHOD_REF, type, nameAndType);
  }

  private int utf8(String text) {
    Integer there = added.get("U" + text);
    if (there != null) {
      return there;
    }
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    additions.write(UTF8);
    additions.write(bytes.length >> 8);
    additions.write(bytes.length);
    additions.writeBytes(bytes);
    return number("U" + text);
  }

  private int add(String key, int tag, int... indices) {
    Integer there = added.get(key);
    if (there != null) {
      return there;
    }
    additions.write(tag);
    for (int index : indices) {
      additions.write(index >> 8);
      additions.write(index);
    }
    return number(key);
  }

  private int number(String key) {
    added.put(key, constantCount);
    return constantCount++;
  }

  /** Returns the class file as it is now. */
  byte[] bytes() {
    file.putShort(8, (short) constantCount);
    byte[] old = file.array();
    ByteBuffer all = ByteBuffer.allocate(old.length + additions.size());
    all.put(old, 0, poolEnd).put(additions.toByteArray()).put(old, poolEnd, old.length - poolEnd);
    return all.array();
  }

  private int u1(int at) {
    return file.get(at) & 0xff;
  }

  private int u2(int at) {
    return file.getShort(at) & 0xffff;
  }
}
