package io.rmm.allocator.heap;

import static org.assertj.core.api.Assertions.assertThat;

import io.rmm.allocator.BudgetLimits;
import io.rmm.allocator.ChunkEvent;
import io.rmm.allocator.source.PageSources;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** Stripes whose holder never ends its hold, as when its stack has overflowed. */
class BrokenHoldTest {

  private static final long RETAINED_BYTES = 16 << 20;

  private final Heaps heaps =
      new Heaps(
          "broken",
          new ChunkPool(
              PageSources.named("linux"),
              RETAINED_BYTES,
              new ChunkEvents() {
                @Override
                public void add(ChunkEvent event) {}

                @Override
                public void failed(RuntimeException cause) {
                  throw cause;
                }
              }),
          false,
          true);

  private ThreadHeap stripe() {
    return heaps.heaps.stream().filter(Hold::isStripe).findFirst().orElseThrow();
  }

  private void stopAll() {
    AtomicInteger runs = new AtomicInteger();
    heaps.exclusively(runs::incrementAndGet);
    assertThat(runs).hasValue(1);
  }

  @Test
  void thatOfADeadThreadIsEnded() throws Exception {
    ThreadHeap stripe = stripe();
    Thread holder = Thread.ofVirtual().unstarted(() -> {});
    assertThat(stripe.tryHoldStripe(holder)).isTrue();
    holder.start();
    holder.join();
    stopAll();
    assertThat(stripe.isHeld()).isFalse();
  }

  @Test
  void thatOfAThreadWhichDoesSomethingElseIsEnded() throws Exception {
    ThreadHeap stripe = stripe();
    CompletableFuture<Void> end = new CompletableFuture<>();
    // No frame on its stack is RMM's, nor one of this class, whose package is the kernel's.
    Thread holder = Thread.ofVirtual().unstarted(end::join);
    assertThat(stripe.tryHoldStripe(holder)).isTrue();
    holder.start();
    stopAll();
    assertThat(stripe.isHeld()).isFalse();
    end.complete(null);
    holder.join();
  }

  @Test
  void thatOfAThreadInRmmIsNot() throws Exception {
    ThreadHeap stripe = stripe();
    CompletableFuture<Void> held = new CompletableFuture<>();
    CompletableFuture<Void> end = new CompletableFuture<>();
    Thread holder =
        Thread.ofVirtual()
            .start(
                () -> {
                  assertThat(stripe.tryHoldStripe(Thread.currentThread())).isTrue();
                  held.complete(null);
                  end.join();
                  stripe.leave();
                });
    held.join();
    stripe.endBrokenHold();
    assertThat(stripe.isHeld()).isTrue();
    // What is suspected can be abandoned all the same.
    stripe.abandon(Thread.currentThread());
    assertThat(stripe.isHeld()).isTrue();
    stripe.abandon(holder);
    assertThat(stripe.isHeld()).isFalse();
    end.complete(null);
    holder.join();
  }

  @Test
  void aHolderThatHasDiedIsLetGo() throws Exception {
    ThreadHeap stripe = stripe();
    CompletableFuture<Void> end = new CompletableFuture<>();
    Thread holder = Thread.ofVirtual().start(end::join);
    assertThat(stripe.tryHoldStripe(holder)).isTrue();
    stripe.leave();
    stripe.letDeadHolderGo();
    assertThat(stripe.holder).isSameAs(holder);
    end.complete(null);
    holder.join();
    stripe.letDeadHolderGo();
    assertThat(stripe.holder).isNull();
    assertThat(stripe.isHeld()).isFalse();
  }

  @Test
  void ownHoldsAreEndedByWhoStopsAll() {
    ThreadHeap stripe = stripe();
    assertThat(stripe.tryHoldStripe(Thread.currentThread())).isTrue();
    stopAll();
    assertThat(stripe.isHeld()).isFalse();
  }

  @Test
  void virtualThreadsDoNotWaitForThemForEver() throws Exception {
    Thread holder = Thread.ofVirtual().unstarted(() -> {});
    BudgetAccount account = new BudgetAccount(0, null, BudgetLimits.unlimited()) {};
    CompletableFuture<Boolean> entered = new CompletableFuture<>();
    while (heaps.heaps.size() < 8 * Runtime.getRuntime().availableProcessors()) {
      heaps.heaps.forEach(stripe -> stripe.tryHoldStripe(holder));
      heaps.addStripes(heaps.heaps.size());
    }
    heaps.heaps.forEach(stripe -> stripe.tryHoldStripe(holder));
    Thread.ofVirtual()
        .start(
            () -> {
              BudgetCell cell = heaps.enter(account);
              cell.heap.leave();
              entered.complete(cell.heap.isStripe());
            })
        .join();
    assertThat(entered).isCompletedWithValue(true);
    heaps.heaps.forEach(ThreadHeap::leave);
  }
}
