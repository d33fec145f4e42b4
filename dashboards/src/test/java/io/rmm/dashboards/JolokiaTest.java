package io.rmm.dashboards;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.rmm.allocator.MisuseKind;
import io.rmm.allocator.signal.ManagedBean;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import javax.management.MBeanAttributeInfo;
import javax.management.MBeanOperationInfo;
import javax.management.MBeanParameterInfo;
import javax.management.ObjectName;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The Jolokia agent with the shipped policy lets RMM's beans be read, and nothing else be done. */
@Timeout(60)
class JolokiaTest {

  private static final ObjectMapper JSON = new ObjectMapper();
  @AutoClose private static final HttpClient CLIENT = HttpClient.newHttpClient();

  @AutoClose private static JmxTarget target;
  private static URI agent;

  @BeforeAll
  static void start() throws Exception {
    target =
        JmxTarget.start(
            "-javaagent:%s=host=127.0.0.1,port=0,policyLocation=%s"
                .formatted(
                    ClientJar.JOLOKIA.find(),
                    JmxTarget.configuration("jolokia-access.xml").toUri()));
    agent = URI.create(target.printed("started with URL (\\S+) ") + "/");
  }

  @Test
  void aPlainGetReadsAnAttribute() throws Exception {
    ObjectName bean = new ObjectName("io.rmm:type=MemoryManager,manager=orders");
    await()
        .untilAsserted(
            () ->
                assertThat(get("read/" + bean + "/Committed").path("value").asLong())
                    .isEqualTo(target.beans().getAttribute(bean, "Committed")));
  }

  @Test
  void everyAttributeOfEveryBeanIsRead() throws Exception {
    List<ObjectName> beans = beans("io.rmm:*");
    assertThat(beans).hasSizeGreaterThan(2 * JmxTargetProgram.ODD_BUDGETS.size());

    JsonNode answers = post(beans.stream().map(bean -> request("read", bean)).toList());

    for (int i = 0; i < beans.size(); i++) {
      JsonNode answer = answers.get(i);
      assertThat(answer.path("status").asInt()).as("%s: %s", beans.get(i), answer).isEqualTo(200);
      assertThat(answer.path("value").fieldNames())
          .toIterable()
          .containsExactlyInAnyOrderElementsOf(attributes(beans.get(i)));
    }
  }

  @Test
  void openTypesAreJson() throws Exception {
    JsonNode manager = get("read/io.rmm:type=MemoryManager,manager=orders").path("value");
    assertThat(manager.path("PressureLevel").asText()).isEqualTo("NONE");
    assertThat(manager.path("SizeClasses").isArray()).isTrue();
    JsonNode sizeClass = manager.path("SizeClasses").get(0);
    assertThat(sizeClass.path("slotBytes").asLong()).isPositive();

    JsonNode limits =
        get("read/io.rmm:type=Budget,manager=orders,name=root!%2Ftenant%207/Limits").path("value");
    assertThat(limits.path("soft").asLong()).isEqualTo(1 << 19);
    assertThat(limits.path("hard").asLong()).isEqualTo(1 << 20);

    JsonNode misuse = get("read/io.rmm:type=Misuse,manager=orders").path("value");
    assertThat(misuse.path("CountByKind").fieldNames())
        .toIterable()
        .containsExactlyInAnyOrderElementsOf(
            Stream.of(MisuseKind.values()).map(MisuseKind::name).toList());
    JsonNode incident = misuse.path("Recent").get(0);
    assertThat(incident.path("kind").asText()).isEqualTo("DOUBLE_FREE");
    assertThat(incident.path("detectionSite").asText())
        .contains(JmxTargetProgram.class.getSimpleName());
  }

  @Test
  void oddNamesAreFoundAndRead() throws Exception {
    JsonNode found = get("search/io.rmm:type=Budget,*").path("value");
    List<String> names = new ArrayList<>();
    for (JsonNode name : found) {
      String value = new ObjectName(name.asText()).getKeyProperty("name");
      names.add(value.startsWith("\"") ? ObjectName.unquote(value) : value);
    }
    assertThat(names)
        .containsAll(JmxTargetProgram.ODD_BUDGETS.stream().map(name -> "root/" + name).toList());
  }

  /** Of all beans there are, the JVM's own too. */
  @Test
  void noOperationIsCalled() throws Exception {
    List<ObjectNode> calls = new ArrayList<>();
    for (ObjectName bean : beans("*:*")) {
      for (MBeanOperationInfo operation : target.beans().getMBeanInfo(bean).getOperations()) {
        ObjectNode call = request("exec", bean).put("operation", signature(operation));
        ArrayNode arguments = call.putArray("arguments");
        Stream.of(operation.getSignature()).forEach(_ -> arguments.addNull());
        calls.add(call);
      }
    }
    assertThat(calls).hasSizeGreaterThan(20);
    assertThat(calls)
        .filteredOn(call -> call.path("mbean").asText().startsWith("io.rmm:type=Control,"))
        .extracting(call -> call.path("operation").asText().replaceFirst("\\(.*", ""))
        .containsAll(ManagedBean.CONTROL.operations());
    assertForbidden(calls);
  }

  /** The policy is not asked about them. */
  @Test
  void misusesAreNotified() throws Exception {
    String client = get("notification/register").path("value").path("id").asText();
    String subscription = client + "/sse/io.rmm:type=Misuse,manager=orders";
    assertThat(get("notification/add/" + subscription).path("status").asInt()).isEqualTo(200);
    HttpRequest open =
        HttpRequest.newBuilder(agent.resolve("./notification/open/" + client + "/sse")).build();
    CompletableFuture<HttpResponse<Stream<String>>> opened =
        CLIENT.sendAsync(open, BodyHandlers.ofLines());
    await()
        .until(
            () -> {
              target.misuse(); // the first that is told of opens the stream
              return opened.isDone();
            });
    try (Stream<String> lines = opened.join().body()) {
      String data = lines.filter(line -> line.startsWith("data: ")).findFirst().orElseThrow();
      JsonNode told = JSON.readTree(data.substring("data: ".length())).path("notifications");
      assertThat(told.path(0).path("userData").path("kind").asText()).isEqualTo("DOUBLE_FREE");
    }
  }

  @Test
  void noAttributeIsSet() throws Exception {
    List<ObjectNode> writes = new ArrayList<>();
    for (ObjectName bean : beans("*:*")) {
      for (MBeanAttributeInfo attribute : target.beans().getMBeanInfo(bean).getAttributes()) {
        if (attribute.isWritable() || bean.getDomain().equals("io.rmm")) {
          writes.add(request("write", bean).put("attribute", attribute.getName()).putNull("value"));
        }
      }
    }
    assertThat(writes).hasSizeGreaterThan(20);
    assertForbidden(writes);
  }

  @Test
  void otherBeansAreNotRead() throws Exception {
    List<ObjectNode> reads = new ArrayList<>();
    for (ObjectName bean : beans("java.lang:*")) {
      for (String attribute : attributes(bean)) {
        reads.add(request("read", bean).put("attribute", attribute));
      }
    }
    assertThat(reads).hasSizeGreaterThan(20);
    assertForbidden(reads);
  }

  @Test
  void pagesOfOtherOriginsCannotReadTheAnswers() throws Exception {
    assertThat(allowedOrigin("http://elsewhere.example")).isNotEqualTo("http://elsewhere.example");
    assertThat(allowedOrigin("http://localhost:3000")).isEqualTo("http://localhost:3000");
  }

  private static String allowedOrigin(String origin) throws Exception {
    HttpResponse<String> response =
        CLIENT.send(
            HttpRequest.newBuilder(agent.resolve("version")).header("Origin", origin).build(),
            BodyHandlers.ofString());
    return response.headers().firstValue("Access-Control-Allow-Origin").orElse("");
  }

  private static void assertForbidden(List<ObjectNode> requests) throws Exception {
    JsonNode answers = post(requests);
    assertThat(answers).hasSameSizeAs(requests);
    for (int i = 0; i < requests.size(); i++) {
      assertThat(answers.get(i).path("status").asInt())
          .as("%s: %s", requests.get(i), answers.get(i))
          .isEqualTo(403);
    }
  }

  private static List<ObjectName> beans(String pattern) throws Exception {
    return List.copyOf(target.beans().queryNames(new ObjectName(pattern), null));
  }

  private static List<String> attributes(ObjectName bean) throws Exception {
    return Stream.of(target.beans().getMBeanInfo(bean).getAttributes())
        .map(MBeanAttributeInfo::getName)
        .toList();
  }

  private static String signature(MBeanOperationInfo operation) {
    return Stream.of(operation.getSignature())
        .map(MBeanParameterInfo::getType)
        .collect(Collectors.joining(",", operation.getName() + "(", ")"));
  }

  private static ObjectNode request(String type, ObjectName bean) {
    return JSON.createObjectNode().put("type", type).put("mbean", bean.toString());
  }

  private static JsonNode get(String path) throws IOException, InterruptedException {
    return send(HttpRequest.newBuilder(agent.resolve("./" + path)).build());
  }

  private static JsonNode post(List<ObjectNode> requests) throws IOException, InterruptedException {
    ArrayNode all = JSON.createArrayNode().addAll(requests);
    return send(
        HttpRequest.newBuilder(agent).POST(BodyPublishers.ofString(all.toString())).build());
  }

  private static JsonNode send(HttpRequest request) throws IOException, InterruptedException {
    return JSON.readTree(CLIENT.send(request, BodyHandlers.ofString()).body());
  }
}
