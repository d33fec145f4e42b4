package io.rmm.analysis.report;

import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.openjdk.jmc.common.unit.IQuantity;
import org.openjdk.jmc.flightrecorder.rules.IResult;
import org.openjdk.jmc.flightrecorder.rules.ResultToolkit;
import org.openjdk.jmc.flightrecorder.rules.Severity;
import org.openjdk.jmc.flightrecorder.rules.TypedResult;

/**
 * What one rule found, as plain text.
 *
 * <p>JMC's own HTML is not used: it builds links out of whatever looks like one in a text, after
 * the values of the recording have been put in, so that a name like {@code [x](javascript:...)}
 * becomes a link that runs. Here values are put into plain text, markup in JMC's messages is
 * flattened, and the page escapes all of it.
 *
 * @param id the rule's id
 * @param name the rule's name
 * @param topic what the rule is about, as JMC sorts rules
 * @param severity the severity
 * @param score 0 to 100, or the lower limit of the severity where the rule gives no score
 * @param summary one or two sentences
 * @param explanation why it matters, or an empty text
 * @param solution what to do, or an empty text
 */
public record RuleOutcome(
    String id,
    String name,
    String topic,
    Severity severity,
    double score,
    String summary,
    String explanation,
    String solution) {

  private static final Pattern LINK = Pattern.compile("\\[([^\\]]*)]\\(([^)\\s]*)\\)");
  private static final Pattern PARAGRAPH = Pattern.compile("<p/?>");

  /** Turns JMC's result into text. */
  static RuleOutcome of(IResult result) {
    IQuantity score = result.getResult(TypedResult.SCORE);
    return new RuleOutcome(
        result.getRule().getId(),
        result.getRule().getName(),
        result.getRule().getTopic() == null ? "" : result.getRule().getTopic(),
        result.getSeverity(),
        score == null ? result.getSeverity().getLimit() : score.doubleValue(),
        text(result, result.getSummary()),
        text(result, result.getExplanation()),
        text(result, result.getSolution()));
  }

  private static String text(IResult result, @Nullable String message) {
    if (message == null) {
      return "";
    }
    String plain = LINK.matcher(message).replaceAll("$1 ($2)");
    plain = PARAGRAPH.matcher(plain).replaceAll("\n");
    return ResultToolkit.populateMessage(result, plain, false).strip();
  }
}
