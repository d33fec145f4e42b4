import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.arrow.flight.FlightClient;
import org.apache.arrow.flight.FlightServer;
import org.apache.arrow.flight.FlightStream;
import org.apache.arrow.flight.Location;
import org.apache.arrow.flight.NoOpFlightProducer;
import org.apache.arrow.flight.Ticket;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.memory.RootAllocator;
import org.apache.arrow.vector.BigIntVector;
import org.apache.arrow.vector.VarCharVector;
import org.apache.arrow.vector.VectorSchemaRoot;
import org.apache.arrow.vector.types.pojo.ArrowType;
import org.apache.arrow.vector.types.pojo.Field;
import org.apache.arrow.vector.types.pojo.Schema;

/**
 * Arrow batches from a Flight server to a client in one process, as Arrow's own documentation has
 * them do: Arrow publishes no program with Flight that could be run. It writes how many batches
 * have come, once a second, and runs until it is ended.
 *
 * <p>Argument: the port.
 */
public final class FlightPipeline {

  /** So few that they may all wait to be sent, without asking whether the client keeps up. */
  private static final int BATCHES = 20;

  private static final int ROWS = 4_096;

  private static final Schema SCHEMA =
      new Schema(
          Arrays.asList(
              Field.nullable("number", new ArrowType.Int(64, true)),
              Field.nullable("name", new ArrowType.Utf8())));

  private static final AtomicLong received = new AtomicLong();

  private FlightPipeline() {}

  public static void main(String[] args) throws Exception {
    Location location = Location.forGrpcInsecure("127.0.0.1", Integer.parseInt(args[0]));
    try (BufferAllocator allocator = new RootAllocator();
        FlightServer _ =
            FlightServer.builder(allocator, location, new Producer(allocator)).build().start();
        FlightClient client = FlightClient.builder(allocator, location).build()) {
      Thread.ofPlatform().daemon().start(FlightPipeline::tell);
      while (true) {
        receive(client);
      }
    }
  }

  private static void receive(FlightClient client) throws Exception {
    try (FlightStream stream = client.getStream(new Ticket(new byte[0]))) {
      while (stream.next()) {
        VectorSchemaRoot batch = stream.getRoot();
        BigIntVector numbers = (BigIntVector) batch.getVector("number");
        if (batch.getRowCount() != ROWS || numbers.get(ROWS - 1) != ROWS - 1) {
          throw new IllegalStateException("a batch is not what was sent");
        }
        received.incrementAndGet();
      }
    }
  }

  private static void tell() {
    try {
      while (true) {
        Thread.sleep(1_000);
        System.out.println("batches " + received.get());
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** Sends the same number of batches to everyone, each of new vectors. */
  private static final class Producer extends NoOpFlightProducer {

    private final BufferAllocator allocator;

    Producer(BufferAllocator allocator) {
      this.allocator = allocator;
    }

    @Override
    public void getStream(CallContext context, Ticket ticket, ServerStreamListener listener) {
      try (VectorSchemaRoot batch = VectorSchemaRoot.create(SCHEMA, allocator)) {
        listener.start(batch);
        for (int i = 0; i < BATCHES; i++) {
          fill(batch);
          listener.putNext();
          batch.clear();
        }
        listener.completed();
      }
    }

    private static void fill(VectorSchemaRoot batch) {
      BigIntVector numbers = (BigIntVector) batch.getVector("number");
      VarCharVector names = (VarCharVector) batch.getVector("name");
      numbers.allocateNew(ROWS);
      names.allocateNew(ROWS);
      byte[] name = "a name of some length".getBytes(StandardCharsets.UTF_8);
      for (int row = 0; row < ROWS; row++) {
        numbers.setSafe(row, row);
        names.setSafe(row, name);
      }
      batch.setRowCount(ROWS);
    }
  }
}
