package io.rmm.allocator.observe;

import static org.assertj.core.api.Assertions.assertThat;

import io.rmm.allocator.ChunkEvent;
import io.rmm.allocator.MemoryListener;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A listener that comes late hears what it missed before anything new, and all of it once. */
@Timeout(60)
class LateListenerTest {

  private final Listeners listeners = new Listeners();

  private void tell(long number) {
    ChunkEvent event = new ChunkEvent(ChunkEvent.Kind.MAP, number, "test", 0, "demand");
    listeners.tell(listener -> listener.onChunk(event));
  }

  @Test
  void whatWasMissedComesBeforeWhatIsNew() throws InterruptedException {
    CountDownLatch hears = new CountDownLatch(1);
    CountDownLatch mayGoOn = new CountDownLatch(1);
    List<Long> heard = Collections.synchronizedList(new ArrayList<>());
    MemoryListener late =
        new MemoryListener() {
          @Override
          public void onChunk(ChunkEvent event) {
            heard.add(event.bytes());
            if (event.bytes() == 1) {
              hears.countDown();
              await(mayGoOn);
            }
          }
        };
    listeners.keep();
    tell(1);
    tell(2);
    Thread adder = Thread.ofPlatform().start(() -> listeners.addAndTellKept(late));
    hears.await();
    // The listener is amid its past: neither does it hear these now, nor do they wait for it here.
    tell(3);
    listeners.forgetKept();
    tell(4);
    mayGoOn.countDown();
    adder.join();
    tell(5);
    assertThat(heard).containsExactly(1L, 2L, 3L, 4L, 5L);
  }

  @Test
  void nothingIsLostOrToldTwiceHoweverManyTell() throws InterruptedException {
    int tellers = 4;
    int each = 400;
    List<Long> heard = Collections.synchronizedList(new ArrayList<>());
    MemoryListener late =
        new MemoryListener() {
          @Override
          public void onChunk(ChunkEvent event) {
            heard.add(event.bytes());
          }
        };
    listeners.keep();
    CountDownLatch half = new CountDownLatch(tellers * each / 2);
    List<Thread> threads = new ArrayList<>();
    for (int teller = 0; teller < tellers; teller++) {
      long first = (long) teller * each;
      threads.add(
          Thread.ofPlatform()
              .start(
                  () -> {
                    for (long number = first; number < first + each; number++) {
                      tell(number);
                      half.countDown();
                    }
                  }));
    }
    half.await();
    listeners.addAndTellKept(late);
    for (Thread thread : threads) {
      thread.join();
    }
    assertThat(heard)
        .containsExactlyInAnyOrderElementsOf(
            LongStream.range(0, (long) tellers * each).boxed().toList());
    for (long first = 0; first < (long) tellers * each; first += each) {
      long from = first;
      assertThat(heard.stream().filter(number -> number >= from && number < from + each))
          .isSorted();
    }
  }

  @Test
  void aListenerThatAddsAnotherIsNotToldOfItsOwnDoings() {
    List<Long> heard = new ArrayList<>();
    MemoryListener other = new MemoryListener() {};
    listeners.keep();
    tell(1);
    listeners.add(
        new MemoryListener() {
          @Override
          public void onChunk(ChunkEvent event) {
            heard.add(event.bytes());
            listeners.addAndTellKept(other);
            if (event.bytes() < 10) {
              tell(event.bytes() + 8);
            }
          }
        });
    tell(2);
    assertThat(heard).containsExactly(2L);
  }

  private static void await(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
