package io.rmm.exporter.profile;

import java.io.IOException;
import java.io.OutputStream;
import java.util.Arrays;
import java.util.Optional;

/** What a {@link HeapProfile} can be written as. */
public enum ProfileFormat {

  /**
   * The compressed protocol buffer that {@code pprof} reads, with the four sample types of Go's
   * heap profiles and the labels {@code budget} and {@code size_class}. Needs the library {@code
   * com.google.protobuf:protobuf-java}, which is optional.
   */
  PPROF("pprof", "pb.gz") {
    @Override
    void write(HeapProfile profile, OutputStream out) throws IOException {
      PprofWriter.write(profile, out);
    }

    @Override
    public boolean isAvailable() {
      try {
        Class.forName("com.google.protobuf.CodedOutputStream");
        return true;
      } catch (ClassNotFoundException | LinkageError e) {
        return false;
      }
    }
  },

  /** Brendan Gregg's collapsed stacks, outermost frame first, with live bytes. */
  LIVE_STACKS("live-stacks", "live.collapsed") {
    @Override
    void write(HeapProfile profile, OutputStream out) throws IOException {
      CollapsedStacks.write(profile.sites(), entry -> entry.liveBytes(), out);
    }
  },

  /** Brendan Gregg's collapsed stacks, outermost frame first, with allocated bytes. */
  ALLOCATED_STACKS("allocated-stacks", "allocated.collapsed") {
    @Override
    void write(HeapProfile profile, OutputStream out) throws IOException {
      CollapsedStacks.write(profile.sites(), entry -> entry.allocatedBytes(), out);
    }
  },

  /** A page with a flame graph, which needs a browser and nothing else. */
  FLAME_GRAPH("flame-graph", "html") {
    @Override
    void write(HeapProfile profile, OutputStream out) throws IOException {
      FlameGraph.write(profile, out);
    }
  };

  private final String id;
  private final String extension;

  ProfileFormat(String id, String extension) {
    this.id = id;
    this.extension = extension;
  }

  /** Returns the name by which settings and commands know this format. */
  public String id() {
    return id;
  }

  /** Returns how the names of files in this format end, without a leading dot. */
  public String extension() {
    return extension;
  }

  /** Tells whether the library is there that the format needs, if it needs one. */
  public boolean isAvailable() {
    return true;
  }

  /** Returns the format with the name {@code id}. */
  public static Optional<ProfileFormat> of(String id) {
    return Arrays.stream(values()).filter(format -> format.id.equals(id)).findFirst();
  }

  abstract void write(HeapProfile profile, OutputStream out) throws IOException;
}
