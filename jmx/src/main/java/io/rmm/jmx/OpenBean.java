package io.rmm.jmx;

import javax.management.AttributeList;
import javax.management.Descriptor;
import javax.management.MBeanAttributeInfo;
import javax.management.MBeanInfo;
import javax.management.MBeanOperationInfo;
import javax.management.MBeanParameterInfo;
import javax.management.NotificationEmitter;
import javax.management.StandardEmitterMBean;

/**
 * An MXBean that tells what its attributes and operations mean, by their {@link Description}, and
 * answers a call for several attributes from one moment.
 */
final class OpenBean extends StandardEmitterMBean {

  private final SharedReads reads;

  <T> OpenBean(T bean, Class<T> type, NotificationEmitter emitter, SharedReads reads) {
    super(bean, type, true, emitter);
    this.reads = reads;
  }

  @Override
  public AttributeList getAttributes(String[] attributes) {
    return reads.shared(() -> super.getAttributes(attributes));
  }

  @Override
  protected String getDescription(MBeanInfo info) {
    return description(info.getDescriptor());
  }

  @Override
  protected String getDescription(MBeanAttributeInfo info) {
    return description(info.getDescriptor());
  }

  @Override
  protected String getDescription(MBeanOperationInfo info) {
    return description(info.getDescriptor());
  }

  @Override
  protected String getDescription(
      MBeanOperationInfo operation, MBeanParameterInfo parameter, int sequence) {
    return description(parameter.getDescriptor());
  }

  @Override
  protected String getParameterName(
      MBeanOperationInfo operation, MBeanParameterInfo parameter, int sequence) {
    return String.valueOf(parameter.getDescriptor().getFieldValue("argumentName"));
  }

  @Override
  protected int getImpact(MBeanOperationInfo info) {
    return Boolean.TRUE.equals(info.getDescriptor().getFieldValue("changesState"))
        ? MBeanOperationInfo.ACTION
        : MBeanOperationInfo.INFO;
  }

  private static String description(Descriptor descriptor) {
    return String.valueOf(descriptor.getFieldValue("description"));
  }
}
