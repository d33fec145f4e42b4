package io.rmm.agent;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.lang.instrument.Instrumentation;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.jar.Attributes;
import java.util.jar.JarOutputStream;
import java.util.jar.Manifest;
import java.util.zip.ZipEntry;

/** Another agent, which has the classes that hooks are in transformed once more. */
public final class RetransformingAgent {

  private RetransformingAgent() {}

  public static void premain(String options, Instrumentation instrumentation) throws Exception {
    ClassLoader loader = ClassLoader.getSystemClassLoader();
    instrumentation.retransformClasses(
        Class.forName("sun.misc.Unsafe", false, loader),
        Class.forName("jdk.internal.foreign.SegmentFactories", false, loader));
  }

  /** Makes its jar. */
  static Path jar() throws IOException {
    Manifest manifest = new Manifest();
    Attributes main = manifest.getMainAttributes();
    main.put(Attributes.Name.MANIFEST_VERSION, "1.0");
    main.putValue("Premain-Class", RetransformingAgent.class.getName());
    main.putValue("Can-Retransform-Classes", "true");
    Path jar = Files.createTempFile("other-agent", ".jar");
    jar.toFile().deleteOnExit();
    String entry = RetransformingAgent.class.getName().replace('.', '/') + ".class";
    try (OutputStream file = Files.newOutputStream(jar);
        JarOutputStream out = new JarOutputStream(file, manifest);
        InputStream bytes = RetransformingAgent.class.getClassLoader().getResourceAsStream(entry)) {
      out.putNextEntry(new ZipEntry(entry));
      bytes.transferTo(out);
    }
    return jar;
  }
}
