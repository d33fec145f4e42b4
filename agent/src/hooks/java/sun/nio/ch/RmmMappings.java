package sun.nio.ch;

import java.io.FileDescriptor;
import java.io.IOException;
import jdk.internal.misc.RmmKind;
import jdk.internal.misc.RmmProbe;

/** What {@code FileChannelImpl} calls in the place of the methods of {@link FileDispatcher}. */
final class RmmMappings {

  private RmmMappings() {}

  /** As {@link FileDispatcher#map}. */
  static long map(
      FileDispatcher dispatcher,
      FileDescriptor fd,
      int prot,
      long position,
      long length,
      boolean isSync)
      throws IOException {
    long address = dispatcher.map(fd, prot, position, length, isSync);
    RmmProbe.tookAt(RmmKind.MAPPED, address, length);
    return address;
  }

  /** As {@link FileDispatcher#unmap}. */
  static int unmap(FileDispatcher dispatcher, long address, long length) {
    RmmProbe.gaveAt(address);
    return dispatcher.unmap(address, length);
  }
}
