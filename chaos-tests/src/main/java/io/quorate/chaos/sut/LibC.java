package io.quorate.chaos.sut;

import com.sun.jna.LastErrorException;
import com.sun.jna.Native;
import com.sun.jna.NativeLong;
import com.sun.jna.ptr.IntByReference;
import java.io.IOException;
import java.nio.file.Path;

/** The system calls that the JDK does not have. Linux only. */
public final class LibC {

  private interface Calls extends com.sun.jna.Library {
    int open(String path, int flags) throws LastErrorException;

    int close(int descriptor) throws LastErrorException;

    int setns(int descriptor, int type) throws LastErrorException;

    int ioctl(int descriptor, NativeLong request, IntByReference argument)
        throws LastErrorException;
  }

  private static final int O_RDONLY = 0;
  private static final int CLONE_NEWNET = 0x40000000;

  // _IOR('X', 125, __u32) of the kernel's ext4.
  private static final long EXT4_IOC_SHUTDOWN = 0x8004587dL;
  private static final int NOLOGFLUSH = 2;

  private LibC() {}

  /** Loaded when it is first needed: only faults of networks and disks do. */
  private static final class Holder {
    static final Calls CALLS = Native.load("c", Calls.class);
  }

  /**
   * Moves the calling thread, and no other, into a network namespace: sockets that it makes belong
   * there, wherever they are used. The thread must not be used for anything else afterwards.
   *
   * @param namespace such as {@code /run/netns/NAME}
   */
  public static void enterNetwork(Path namespace) throws IOException {
    int descriptor = open(namespace);
    try {
      Holder.CALLS.setns(descriptor, CLONE_NEWNET);
    } catch (LastErrorException e) {
      throw new IOException("cannot enter " + namespace + ": " + e.getMessage(), e);
    } finally {
      Holder.CALLS.close(descriptor);
    }
  }

  /**
   * Shuts an ext4 file system down as a power cut would: its journal is not written out, and every
   * later access fails with an I/O error until it is mounted again.
   *
   * @param mounted where it is mounted
   */
  public static void shutDownExt4(Path mounted) throws IOException {
    int descriptor = open(mounted);
    try {
      Holder.CALLS.ioctl(
          descriptor, new NativeLong(EXT4_IOC_SHUTDOWN), new IntByReference(NOLOGFLUSH));
    } catch (LastErrorException e) {
      throw new IOException("cannot shut down " + mounted + ": " + e.getMessage(), e);
    } finally {
      Holder.CALLS.close(descriptor);
    }
  }

  private static int open(Path path) throws IOException {
    try {
      return Holder.CALLS.open(path.toString(), O_RDONLY);
    } catch (LastErrorException e) {
      throw new IOException("cannot open " + path + ": " + e.getMessage(), e);
    }
  }
}
