package dev.lockstep.host.cache;

import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.TreeMap;
import java.util.jar.JarFile;
import java.util.stream.Stream;
import java.util.zip.CRC32;

/**
 * Tells versions of our own code apart: the checksums of all classes of a module. A jar has them in its directory, so that no class is read.
 */
public final class CodeFingerprint {
    private CodeFingerprint() {}

    /**
     * The checksums of all classes that lie where the given ones lie.
     *
     * @throws IOException if the classes lie in no jar or directory that can be read
     */
    public static String of(List<Class<?>> members) throws IOException {
        TreeMap<String, Long> checksums = new TreeMap<>();
        for (Class<?> member : members) {
            Path place = place(member);
            if (Files.isDirectory(place)) {
                addDirectory(place, checksums);
            } else {
                addJar(place, checksums);
            }
        }
        return checksums.toString();
    }

    private static Path place(Class<?> member) throws IOException {
        var source = member.getProtectionDomain().getCodeSource();
        if (source == null || source.getLocation() == null) {
            throw new IOException("it is not known where " + member + " was loaded from");
        }
        try {
            return Path.of(source.getLocation().toURI());
        } catch (URISyntaxException | IllegalArgumentException e) {
            throw new IOException(source.getLocation() + " is no file", e);
        }
    }

    private static void addJar(Path place, TreeMap<String, Long> checksums) throws IOException {
        try (JarFile jar = new JarFile(place.toFile())) {
            jar.stream()
                    .filter(entry -> entry.getName().startsWith("dev/lockstep/"))
                    .forEach(entry -> checksums.put(entry.getName(), entry.getCrc()));
        }
    }

    private static void addDirectory(Path place, TreeMap<String, Long> checksums) throws IOException {
        try (Stream<Path> files = Files.walk(place)) {
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                CRC32 crc = new CRC32();
                crc.update(Files.readAllBytes(file));
                checksums.put(place.relativize(file).toString(), crc.getValue());
            }
        }
    }
}
