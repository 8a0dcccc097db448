package dev.lockstep.host.llvm;

import dev.lockstep.host.cpu.Architecture;
import java.io.IOException;
import java.io.InputStream;
import java.net.JarURLConnection;
import java.net.URL;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.Optional;
import java.util.Properties;
import java.util.jar.JarEntry;
import java.util.jar.JarFile;
import java.util.zip.CRC32;

/**
 * libLLVM inside the jar {@code org.bytedeco:llvm}, unpacked once per user and version. The file appears under its final
 * name only when it is complete, and its checksum is compared with the jar's before each use, which takes 40 ms: code of a
 * damaged library might do anything.
 */
final class BundledLlvm {
    private static final String VERSION_FILE = "META-INF/maven/org.bytedeco/llvm/pom.properties";
    private static final int CHUNK_BYTES = 1 << 18;

    private BundledLlvm() {}

    /** The unpacked library, or nothing if the class path has none for this machine. */
    static Optional<Path> unpack(ClassLoader loader, Path cache, UnpackProgress progress) throws IOException {
        Optional<URL> resource = Architecture.host().flatMap(architecture -> resource(loader, architecture));
        if (resource.isEmpty() || !(resource.get().openConnection() instanceof JarURLConnection connection)) {
            return Optional.empty();
        }
        connection.setUseCaches(false);
        try (JarFile jar = connection.getJarFile()) {
            JarEntry entry = connection.getJarEntry();
            Path directory = cache.resolve("llvm-" + version(jar));
            Path library = directory.resolve("libLLVM.so");
            if (!complete(library, entry)) {
                Files.createDirectories(directory);
                unpack(jar, entry, library, progress);
            }
            return Optional.of(library);
        }
    }

    /** The file name of the jar, which has the version, if the class path has one for this machine. */
    static Optional<String> name(ClassLoader loader) {
        return Architecture.host()
                .flatMap(architecture -> resource(loader, architecture))
                .map(url -> url.getPath().replaceFirst("!.*", "").replaceFirst(".*/", ""));
    }

    private static Optional<URL> resource(ClassLoader loader, Architecture architecture) {
        String platform = switch (architecture) {
            case X86_64 -> "linux-x86_64";
            case AARCH64 -> "linux-arm64";
        };
        return Optional.ofNullable(loader.getResource("org/bytedeco/llvm/" + platform + "/libLLVM.so"));
    }

    private static String version(JarFile jar) throws IOException {
        JarEntry entry = jar.getJarEntry(VERSION_FILE);
        if (entry == null) {
            throw new IOException("the jar " + jar.getName() + " has no " + VERSION_FILE);
        }
        Properties properties = new Properties();
        try (InputStream in = jar.getInputStream(entry)) {
            properties.load(in);
        }
        return properties.getProperty("version", "unknown");
    }

    private static boolean complete(Path library, JarEntry entry) throws IOException {
        return Files.isRegularFile(library)
                && Files.size(library) == entry.getSize()
                && checksum(library) == entry.getCrc();
    }

    private static long checksum(Path library) throws IOException {
        CRC32 crc = new CRC32();
        ByteBuffer chunk = ByteBuffer.allocateDirect(CHUNK_BYTES);
        try (FileChannel in = FileChannel.open(library, StandardOpenOption.READ)) {
            while (in.read(chunk.clear()) > 0) {
                crc.update(chunk.flip());
            }
        }
        return crc.getValue();
    }

    /** One at a time: threads of this process by the monitor, processes by the lock on the unfinished file. */
    private static synchronized void unpack(JarFile jar, JarEntry entry, Path library, UnpackProgress progress)
            throws IOException {
        Path unfinished = library.resolveSibling(library.getFileName() + ".part");
        try (FileChannel out = FileChannel.open(unfinished, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
                var _ = out.lock()) {
            if (complete(library, entry)) {
                return;
            }
            out.truncate(0);
            long crc = copy(jar, entry, out, progress);
            if (out.size() != entry.getSize() || crc != entry.getCrc()) {
                throw new IOException("the jar " + jar.getName() + " is damaged: " + entry.getName()
                        + " does not have its checksum; fetch the jar again");
            }
            out.force(true);
            Files.move(unfinished, library, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        } finally {
            Files.deleteIfExists(unfinished); // not half a library on a disk that is full
        }
    }

    private static long copy(JarFile jar, JarEntry entry, FileChannel out, UnpackProgress progress) throws IOException {
        CRC32 crc = new CRC32();
        byte[] chunk = new byte[CHUNK_BYTES];
        long done = 0;
        try (InputStream in = jar.getInputStream(entry)) {
            for (int n = in.readNBytes(chunk, 0, chunk.length); n > 0; n = in.readNBytes(chunk, 0, chunk.length)) {
                crc.update(chunk, 0, n);
                ByteBuffer bytes = ByteBuffer.wrap(chunk, 0, n);
                while (bytes.hasRemaining()) {
                    out.write(bytes);
                }
                done += n;
                progress.unpacked(done, entry.getSize());
            }
        }
        return crc.getValue();
    }
}
