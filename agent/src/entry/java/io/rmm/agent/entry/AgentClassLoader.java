package io.rmm.agent.entry;

import java.io.ByteArrayOutputStream;
import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.net.MalformedURLException;
import java.net.URL;
import java.util.Collections;
import java.util.Enumeration;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.jar.JarEntry;
import java.util.jar.JarFile;

/**
 * Loads what lies in a folder of the agent's jar, and else asks the platform's loader: the
 * program's classes are not seen from here, nor these from there.
 */
final class AgentClassLoader extends ClassLoader
    implements Consumer<Function<Object[], AutoCloseable>> {

  private static final String FOLDER = "rmm/";

  static {
    registerAsParallelCapable();
  }

  /** Never closed: as it is on the class path, the JDK has its file open to the end anyway. */
  private final JarFile jar;

  private final URL folder;

  private volatile Function<Object[], AutoCloseable> agent;

  AgentClassLoader(File file) throws IOException {
    super(ClassLoader.getSystemClassLoader().getParent());
    this.jar = new JarFile(file, false);
    this.folder = new URL("jar:" + file.toURI() + "!/" + FOLDER);
  }

  /** Loads the agent's main class, which gives itself to this when it is initialized. */
  Function<Object[], AutoCloseable> load(String main) throws ClassNotFoundException {
    Class.forName(main, true, this);
    return agent;
  }

  @Override
  public void accept(Function<Object[], AutoCloseable> main) {
    agent = main;
  }

  @Override
  protected Class<?> findClass(String name) throws ClassNotFoundException {
    JarEntry entry = jar.getJarEntry(FOLDER + name.replace('.', '/') + ".class");
    if (entry == null) {
      throw new ClassNotFoundException(name);
    }
    try {
      byte[] bytes = read(entry);
      return defineClass(name, bytes, 0, bytes.length);
    } catch (IOException e) {
      throw new ClassNotFoundException(name, e);
    }
  }

  private byte[] read(JarEntry entry) throws IOException {
    try (InputStream stream = jar.getInputStream(entry)) {
      ByteArrayOutputStream bytes = new ByteArrayOutputStream((int) entry.getSize());
      byte[] buffer = new byte[8192];
      for (int read = stream.read(buffer); read > 0; read = stream.read(buffer)) {
        bytes.write(buffer, 0, read);
      }
      return bytes.toByteArray();
    }
  }

  /** Straight from the jar: to go by the URL takes the JDK 20 ms the first time. */
  @Override
  public InputStream getResourceAsStream(String name) {
    JarEntry entry = jar.getJarEntry(FOLDER + name);
    try {
      return entry == null ? super.getResourceAsStream(name) : jar.getInputStream(entry);
    } catch (IOException e) {
      return null;
    }
  }

  @Override
  protected URL findResource(String name) {
    try {
      return jar.getJarEntry(FOLDER + name) == null ? null : new URL(folder, name);
    } catch (MalformedURLException e) {
      return null;
    }
  }

  /** By which services are found. */
  @Override
  protected Enumeration<URL> findResources(String name) {
    URL found = findResource(name);
    return found == null
        ? Collections.<URL>emptyEnumeration()
        : Collections.enumeration(Collections.singleton(found));
  }
}
