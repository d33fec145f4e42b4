package io.rmm.jmx;

import java.util.List;
import java.util.Map;

/**
 * The misuses that one source has found, under {@code io.rmm:type=Misuse,manager=name}.
 *
 * <p>Each is also sent as a notification of type {@code rmm.misuse}, whose user data is the
 * composite data of a {@link MisuseIncident}. Notifications of all beans of a source are sent by a
 * thread of this module through a queue of limited length; the sequence numbers of each bean count
 * what there was to tell, so that a gap shows where some were dropped.
 */
@Description("Misuses of memory")
public interface MisuseMXBean {

  @Description("Misuses found so far, by kind; a kind that did not occur is 0")
  Map<String, Long> getCountByKind();

  @Description("The latest misuses, the most recent first, 64 at most")
  List<MisuseIncident> getRecent();

  @Description("Notifications of misuses dropped so far because listeners were too slow")
  @Measure(units = "notifications", type = Measure.COUNTER)
  long getNotificationsDropped();
}
