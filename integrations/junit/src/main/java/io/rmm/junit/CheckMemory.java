package io.rmm.junit;

import io.rmm.allocator.MisuseKind;
import io.rmm.allocator.SafetyMode;
import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Inherited;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * Fails a test that leaks or misuses memory, and says what, how much and where.
 *
 * <p>On a test method, or on a class for all tests in it and in its nested classes. Each test that
 * asks for one as a parameter gets a {@link io.rmm.allocator.MemoryManager} of its own, which is
 * closed when the test and its {@code @AfterEach} methods have ended; what is live by then is a
 * leak. A {@link MemoryCheck} as a parameter takes in managers that the test gets elsewhere, and
 * misuse that is wanted.
 *
 * <pre>{@code
 * @CheckMemory
 * class CodecTest {
 *   @Test
 *   void decodes(MemoryManager manager) {
 *     try (Block block = manager.allocate(1024)) {
 *       // ...
 *     }
 *   }
 * }
 * }</pre>
 *
 * <p>The annotation nearest to the test counts, alone: its method's, else its class's, else that of
 * the class around it.
 */
@Documented
@Inherited
@Retention(RetentionPolicy.RUNTIME)
@Target({ElementType.TYPE, ElementType.METHOD})
@ExtendWith(CheckMemoryExtension.class)
public @interface CheckMemory {

  /** The mode of the test's own manager. Sites are known of every block in PARANOID alone. */
  SafetyMode mode() default SafetyMode.PARANOID;

  /**
   * What the test does on purpose. Misuse of such a kind does not fail it; that there is none of it
   * does. To expect one act and no more, see {@link MemoryCheck#expectMisuse}.
   */
  MisuseKind[] expected() default {};
}
