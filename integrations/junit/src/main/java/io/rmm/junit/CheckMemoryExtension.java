package io.rmm.junit;

import io.rmm.allocator.MemoryManager;
import java.lang.reflect.Method;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.BeforeEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ParameterContext;
import org.junit.jupiter.api.extension.ParameterResolutionException;
import org.junit.jupiter.api.extension.ParameterResolver;
import org.junit.platform.commons.support.AnnotationSupport;

/**
 * What {@link CheckMemory} does.
 *
 * <p>All state is in the store that JUnit keeps for one run of one test, so that tests in parallel,
 * the invocations of a parameterized test and nested classes share nothing. The check is an
 * after-each callback, which JUnit calls behind the test's own {@code @AfterEach} methods; if the
 * test has failed already, JUnit adds what is thrown here to that failure as suppressed.
 */
public final class CheckMemoryExtension
    implements BeforeEachCallback, AfterEachCallback, ParameterResolver {

  private static final ExtensionContext.Namespace NAMESPACE =
      ExtensionContext.Namespace.create(CheckMemoryExtension.class);

  /** For JUnit; tests use {@link CheckMemory}. */
  public CheckMemoryExtension() {}

  /**
   * Parameters of a constructor are those of the test it is called for, and not of its class, where
   * it is called for one test.
   */
  @Override
  public ExtensionContextScope getTestInstantiationExtensionContextScope(ExtensionContext root) {
    return ExtensionContextScope.TEST_METHOD;
  }

  @Override
  public void beforeEach(ExtensionContext context) {
    // That a kind is expected is checked whether the test asks for a manager or not.
    MemoryCheck _ = check(context);
  }

  @Override
  public boolean supportsParameter(ParameterContext parameter, ExtensionContext context) {
    Class<?> type = parameter.getParameter().getType();
    return type == MemoryManager.class || type == MemoryCheck.class;
  }

  @Override
  public Object resolveParameter(ParameterContext parameter, ExtensionContext context) {
    if (context.getTestMethod().isEmpty()) {
      throw new ParameterResolutionException(
          "a memory manager is made for each test, and "
              + parameter.getDeclaringExecutable()
              + " is called once for all; have the parameter in the test or in @BeforeEach");
    }
    MemoryCheck check = check(context);
    return parameter.getParameter().getType() == MemoryCheck.class ? check : check.manager();
  }

  @Override
  public void afterEach(ExtensionContext context) {
    check(context).end(context.getExecutionException().orElse(null));
  }

  private static MemoryCheck check(ExtensionContext context) {
    return context
        .getStore(NAMESPACE)
        .getOrComputeIfAbsent(Kept.class, _ -> new Kept(open(context)), Kept.class)
        .check;
  }

  /** What is in the store, which closes it when all else of the test has ended. */
  private record Kept(MemoryCheck check) implements AutoCloseable {

    @Override
    public void close() {
      check.abandon();
    }
  }

  private static MemoryCheck open(ExtensionContext context) {
    Method method = context.getRequiredTestMethod();
    CheckMemory annotation =
        AnnotationSupport.findAnnotation(method, CheckMemory.class)
            .or(
                () ->
                    AnnotationSupport.findAnnotation(
                        context.getRequiredTestClass(),
                        CheckMemory.class,
                        context.getEnclosingTestClasses()))
            .orElseThrow(
                () ->
                    new IllegalStateException(
                        "@CheckMemory is neither on " + method + " nor around it"));
    return new MemoryCheck(method.getName(), annotation.mode(), annotation.expected());
  }
}
