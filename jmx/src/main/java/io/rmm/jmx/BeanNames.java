package io.rmm.jmx;

import io.rmm.allocator.signal.ManagedBean;
import java.util.regex.Pattern;
import javax.management.MalformedObjectNameException;
import javax.management.ObjectName;

/**
 * The object names of one source's beans: {@code io.rmm:type=T,manager=M}, for a budget with {@code
 * name=path} at the end.
 *
 * <p>A value is quoted ({@link ObjectName#quote}) only where it holds a character that an object
 * name cannot hold otherwise, because users write these names in the configuration of exporters.
 *
 * <p>Two sources of one name are told apart by {@code instance=2}, 3 and so on after the manager,
 * in all names of the later one: the lowest number that is free when it is attached.
 *
 * @param manager the source's name
 * @param instance 1 for the first source of that name
 */
record BeanNames(String manager, int instance) {

  private static final Pattern NEEDS_QUOTES = Pattern.compile("[,=:\"*?\\n]");

  /** Returns the name of a bean of which a source has one. */
  ObjectName of(ManagedBean bean) throws MalformedObjectNameException {
    return new ObjectName(prefix(bean));
  }

  /** Returns the name of the bean of the budget with the path {@code path}. */
  ObjectName ofBudget(String path) throws MalformedObjectNameException {
    return new ObjectName(prefix(ManagedBean.BUDGET) + ",name=" + value(path));
  }

  private String prefix(ManagedBean bean) {
    return ManagedBean.DOMAIN
        + ":type="
        + bean.type()
        + ",manager="
        + value(manager)
        + (instance == 1 ? "" : ",instance=" + instance);
  }

  private static String value(String text) {
    return NEEDS_QUOTES.matcher(text).find() ? ObjectName.quote(text) : text;
  }
}
