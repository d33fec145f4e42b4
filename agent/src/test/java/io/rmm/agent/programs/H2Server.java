package io.rmm.agent.programs;

import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.Driver;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.Random;
import java.util.Set;
import java.util.stream.Stream;

/** H2's server with a database that it keeps in direct buffers ({@code nioMemFS}). */
record H2Server(int port) implements Workload {

  private static final int ROWS = 40_000;

  @Override
  public String name() {
    return "h2";
  }

  @Override
  public String owner() {
    return "org.h2";
  }

  @Override
  public Set<String> kinds() {
    return Set.of("direct");
  }

  @Override
  public ProgramJvm start(Launch launch) throws Exception {
    ProgramJvm server =
        launch.start(
            "h2",
            Map.of(),
            List.of("-Dh2.bindAddress=127.0.0.1"),
            "org.h2.tools.Server",
            "-tcp",
            "-tcpPort",
            Integer.toString(port),
            "-ifNotExists");
    server.awaitPort(port);
    return server;
  }

  @Override
  public Work load(ProgramJvm program, Duration time) throws Exception {
    try (URLClassLoader loader = new URLClassLoader(jars());
        Connection connection = connect(loader)) {
      fill(connection);
      try (PreparedStatement write =
              connection.prepareStatement("UPDATE item SET name = ? WHERE id = ?");
          PreparedStatement read =
              connection.prepareStatement("SELECT name FROM item WHERE id = ?")) {
        return Work.of(program, () -> work(write, read, time));
      }
    }
  }

  private static double work(PreparedStatement write, PreparedStatement read, Duration time)
      throws Exception {
    Random random = new Random(1);
    long begin = System.nanoTime();
    long operations = 0;
    for (; System.nanoTime() - begin < time.toNanos(); operations += 2) {
      int id = 1 + random.nextInt(ROWS);
      String name = Integer.toString(id).repeat(100);
      write.setString(1, name);
      write.setInt(2, id);
      read.setInt(1, id);
      if (write.executeUpdate() != 1) {
        throw new IllegalStateException("a row was not changed");
      }
      try (ResultSet rows = read.executeQuery()) {
        if (!rows.next() || !rows.getString(1).equals(name)) {
          throw new IllegalStateException("a row is not what was written");
        }
      }
    }
    return operations;
  }

  private static void fill(Connection connection) throws Exception {
    try (Statement statement = connection.createStatement()) {
      statement.execute("CREATE TABLE IF NOT EXISTS item(id INT PRIMARY KEY, name VARCHAR)");
      statement.execute(
          "MERGE INTO item SELECT x, REPEAT(CAST(x AS VARCHAR), 100) FROM SYSTEM_RANGE(1, "
              + ROWS
              + ")");
    }
  }

  private Connection connect(ClassLoader loader) throws Exception {
    Driver driver =
        (Driver) loader.loadClass("org.h2.Driver").getDeclaredConstructor().newInstance();
    Properties properties = new Properties();
    properties.setProperty("user", "sa");
    properties.setProperty("password", "");
    return driver.connect(
        "jdbc:h2:tcp://127.0.0.1:" + port + "/nioMemFS:items;DB_CLOSE_DELAY=-1", properties);
  }

  private static URL[] jars() throws Exception {
    try (Stream<Path> jars = Files.list(Fetched.jars("h2"))) {
      return new URL[] {jars.findFirst().orElseThrow().toUri().toURL()};
    }
  }
}
