package io.rmm.analysis.report;

import freemarker.core.HTMLOutputFormat;
import freemarker.template.Configuration;
import freemarker.template.Template;
import freemarker.template.TemplateException;
import freemarker.template.TemplateExceptionHandler;
import io.rmm.analysis.Account;
import io.rmm.analysis.Quantities;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.Reader;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.openjdk.jmc.flightrecorder.rules.Severity;

/**
 * A report as one page that needs nothing else: no script, no network, no other file.
 *
 * <p>Every value goes through the template's escaping, which is on for all of it, so that a name in
 * a recording is never markup. As a second wall the page forbids itself all scripts and all loading
 * by its content security policy.
 */
public final class HtmlReport {

  private static final String TEMPLATE = "report.ftlh";

  private HtmlReport() {}

  /** Returns the page. */
  public static String render(Report report) {
    StringWriter page = new StringWriter();
    try {
      template().process(Map.of("report", report, "words", new Words(report)), page);
    } catch (TemplateException e) {
      throw new IllegalStateException("the page's template does not fit the report", e);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return Printable.of(page.toString());
  }

  private static Template template() throws IOException {
    Configuration configuration = new Configuration(Configuration.VERSION_2_3_34);
    configuration.setOutputFormat(HTMLOutputFormat.INSTANCE);
    configuration.setTemplateExceptionHandler(TemplateExceptionHandler.RETHROW_HANDLER);
    configuration.setLogTemplateExceptions(false);
    configuration.setNumberFormat("computer");
    // FreeMarker cannot open a resource inside a named module; the class beside it can.
    InputStream resource = HtmlReport.class.getResourceAsStream(TEMPLATE);
    try (Reader reader =
        new InputStreamReader(Objects.requireNonNull(resource), StandardCharsets.UTF_8)) {
      return new Template(TEMPLATE, reader, configuration);
    }
  }

  /** What the template cannot say itself. Public for FreeMarker's sake. */
  public static final class Words {

    private final Report report;

    Words(Report report) {
      this.report = report;
    }

    /** Returns bytes with a unit. */
    public String bytes(long bytes) {
      return Quantities.bytes(bytes);
    }

    /** Returns a number of an account's last event, as bytes. */
    public String bytes(Account account, String field) {
      return Quantities.bytes(account.last().getOrDefault(field, 0L));
    }

    /** Returns a number of an account's last event. */
    public String count(Account account, String field) {
      return count(account.last().getOrDefault(field, 0L));
    }

    /** Returns a number with separators. */
    public String count(long count) {
      return String.format("%,d", count);
    }

    /** Returns an account's hard limit. */
    public String limit(Account account) {
      return account.hardLimit().isPresent()
          ? Quantities.bytes(account.hardLimit().getAsLong())
          : "none";
    }

    /** Returns bytes a second. */
    public String rate(double bytesPerSecond) {
      return Quantities.bytesPerSecond(bytesPerSecond);
    }

    /** Returns a share of 0 to 1 as a percentage. */
    public String share(double share) {
      return Quantities.share(share);
    }

    /** Returns a time span. */
    public String nanos(long nanos) {
      return Quantities.nanos(nanos);
    }

    /** Returns how long the recording took. */
    public String getDuration() {
      return Quantities.seconds(report.duration().toSeconds());
    }

    /** Returns a moment, in UTC and to the second. */
    public String moment(Instant moment) {
      return moment.truncatedTo(ChronoUnit.SECONDS).toString();
    }

    /** Returns a moment given in nanoseconds since the epoch. */
    public String moment(long nanos) {
      return moment(Instant.EPOCH.plusNanos(nanos));
    }

    /** Returns the outcomes of JMC's rules of the severity of this name. */
    public List<RuleOutcome> jmcRules(String severity) {
      return report.jmcRules(Severity.valueOf(severity));
    }

    /** Returns the picture of an account. */
    public Chart chart(Account account) {
      return Chart.of(account, report.start(), report.end());
    }
  }
}
