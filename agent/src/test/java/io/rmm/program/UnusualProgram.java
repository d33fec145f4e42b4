package io.rmm.program;

import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.lang.foreign.Arena;
import java.lang.ref.Cleaner;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.LongAdder;
import java.util.logging.LogManager;
import jdk.jfr.Recording;

/**
 * Takes memory where one easily forgets that it can be taken: in very many threads, in a cleaner,
 * while the process ends, while recordings come and go, when the Java heap is full. Else it does as
 * {@link MemoryProgram}.
 *
 * <p>Commands are {@code crowd virtual|together|inTurn COUNT}, {@code clean BYTES}, {@code atEnd
 * BYTES}, {@code record COUNT}, {@code fullHeap COUNT}, {@code logging}.
 */
@SuppressWarnings({"SystemOut", "MustBeClosedChecker"})
public final class UnusualProgram {

  /** A log manager that a program chooses. */
  public static final class ChosenLogManager extends LogManager {}

  private UnusualProgram() {}

  public static void main(String[] args) throws Throwable {
    BufferedReader commands =
        new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
    for (String command = commands.readLine(); command != null; command = commands.readLine()) {
      System.out.println(answer(command.split(" ")));
    }
  }

  private static String answer(String[] words) throws Throwable {
    return switch (words[0]) {
      case "crowd" -> crowd(words[1], Integer.parseInt(words[2]));
      case "clean" -> clean(Long.parseLong(words[1]));
      case "atEnd" -> {
        atEnd(Long.parseLong(words[1]));
        yield "hooked";
      }
      case "fullHeap" -> fullHeap(Integer.parseInt(words[1]));
      case "record" -> record(Integer.parseInt(words[1]));
      case "logging" -> {
        System.setProperty("java.util.logging.manager", ChosenLogManager.class.getName());
        yield LogManager.getLogManager().getClass().getSimpleName();
      }
      default -> MemoryProgram.answer(words);
    };
  }

  /** A little room on the Java heap. */
  private record Room(Room next) {}

  /**
   * So many times fills the Java heap, makes a little room, and takes a direct buffer: now there is
   * enough for the first of its objects and not for the second, now for more. Returns how often it
   * was refused.
   */
  @SuppressWarnings("ReturnValueIgnored")
  private static String fullHeap(int count) {
    int refused = 0;
    Room room = null;
    for (int i = 0; i < count; i++) {
      try {
        while (true) {
          room = new Room(room);
        }
      } catch (OutOfMemoryError e) {
        for (int free = i % 20; free > 0; free--) {
          room = room.next;
        }
      }
      try {
        ByteBuffer.allocateDirect(1_000);
      } catch (OutOfMemoryError e) {
        refused++;
      }
    }
    return "" + refused;
  }

  /**
   * Has so many threads take 100 bytes and a bit each, and every second give them back. Returns the
   * bytes that are left.
   */
  private static String crowd(String how, int count) throws InterruptedException {
    LongAdder left = new LongAdder();
    AtomicInteger failed = new AtomicInteger();
    CountDownLatch allThere = new CountDownLatch(count);
    List<Thread> threads = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      int number = i;
      Runnable life =
          () -> {
            try {
              long address = SunUnsafe.allocateMemory(100 + number % 100);
              allThere.countDown();
              if (!how.equals("inTurn")) {
                allThere.await();
              }
              if (number % 2 == 0) {
                SunUnsafe.freeMemory(address);
              } else {
                left.add(100 + number % 100);
              }
            } catch (Throwable e) {
              failed.incrementAndGet();
            }
          };
      Thread thread =
          how.equals("virtual")
              ? Thread.ofVirtual().unstarted(life)
              : new Thread(null, life, "crowd", 64 << 10);
      thread.start();
      if (how.equals("inTurn")) {
        thread.join();
      } else {
        threads.add(thread);
      }
    }
    for (Thread thread : threads) {
      thread.join();
    }
    return failed.get() == 0 ? left.toString() : failed + " failed";
  }

  /** Takes memory in a cleaner's thread. */
  private static String clean(long bytes) throws InterruptedException {
    CountDownLatch done = new CountDownLatch(1);
    Cleaner cleaner = Cleaner.create();
    register(cleaner, bytes, done);
    while (done.getCount() > 0) {
      System.gc();
      Thread.sleep(10);
    }
    return "cleaned";
  }

  private static void register(Cleaner cleaner, long bytes, CountDownLatch done) {
    cleaner.register(
        new Object(),
        () -> {
          Arena.ofShared().allocate(bytes);
          try (Arena closed = Arena.ofConfined()) {
            closed.allocate(bytes);
          }
          done.countDown();
        });
  }

  /** Takes memory in a thread that runs while the process ends, and says what is used then. */
  private static void atEnd(long bytes) {
    Runtime.getRuntime()
        .addShutdownHook(
            new Thread(
                () -> {
                  Arena.ofShared().allocate(bytes);
                  try {
                    Thread.sleep(500); // beans share what they read for a while
                    System.out.println(
                        "at the end: " + MemoryProgram.answer("used arena.shared".split(" ")));
                  } catch (Throwable e) {
                    System.out.println("at the end: " + e);
                  }
                }));
  }

  /** Starts and stops so many recordings of everything, while two threads take and give. */
  private static String record(int count) throws Exception {
    AtomicBoolean end = new AtomicBoolean();
    LongAdder taken = new LongAdder();
    List<Thread> load = new ArrayList<>();
    for (int i = 0; i < 2; i++) {
      load.add(
          Thread.ofPlatform()
              .start(
                  () -> {
                    while (!end.get()) {
                      takeAndGive();
                      taken.increment();
                    }
                  }));
    }
    for (int i = 0; i < count; i++) {
      try (Recording recording = new Recording()) {
        recording.enable("rmm.AllocationSample");
        recording.enable("rmm.Budget").with("period", "10 ms");
        recording.enable("jdk.ObjectAllocationSample").withStackTrace();
        recording.start();
        Thread.sleep(20);
        recording.stop();
      }
    }
    end.set(true);
    for (Thread thread : load) {
      thread.join();
    }
    return "recorded " + (taken.sum() > 0 ? "under load" : "nothing");
  }

  private static void takeAndGive() {
    try (Arena arena = Arena.ofShared()) {
      arena.allocate(3_000);
    }
    ByteBuffer buffer = ByteBuffer.allocateDirect(2_000);
    try {
      SunUnsafe.invokeCleaner(buffer);
    } catch (Throwable e) {
      throw new AssertionError(e);
    }
  }
}
