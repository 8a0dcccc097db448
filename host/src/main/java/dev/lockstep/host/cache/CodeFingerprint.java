package dev.lockstep.host.cache;

import java.io.IOException;
import java.net.URI;
import java.net.URL;
import java.nio.file.FileSystemNotFoundException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.TreeMap;
import java.util.jar.JarFile;
import java.util.stream.Stream;
import java.util.zip.CRC32;

/**
 * Tells versions of our own code apart: what the packaged command's build says, else the checksums of all classes of a module. A jar has them
 * in its directory, so that no class is read.
 */
public final class CodeFingerprint {
    /** How the place of a class in a jar is written: jar:file:/directory/name.jar!/package/Name.class. */
    private static final String JAR = "jar:";

    private static final String IN_JAR = "!";

    /** System property with a digest of all jars. The build sets it with what starts Java, so that no start opens jars to look. */
    private static final String BUILD = "lockstep.build";

    private CodeFingerprint() {}

    /**
     * The checksums of all classes that lie where the given ones lie.
     *
     * @throws IOException if the classes lie in no jar or directory that can be read
     */
    public static String of(List<Class<?>> members) throws IOException {
        String build = System.getProperty(BUILD);
        if (build != null) {
            return build;
        }
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

    /** Not by the protection domain: a JVM that starts with prepared classes does not know it once their jars have been moved. */
    private static Path place(Class<?> member) throws IOException {
        String name = "/" + member.getName().replace('.', '/') + ".class";
        URL url = member.getResource(name);
        if (url == null) {
            throw new IOException("it is not known where " + member + " was loaded from");
        }
        String text = url.toString();
        String place = text.startsWith(JAR)
                ? text.substring(JAR.length(), text.length() - IN_JAR.length() - name.length())
                : text.substring(0, text.length() - name.length());
        try {
            return Path.of(URI.create(place));
        } catch (IllegalArgumentException | FileSystemNotFoundException e) {
            throw new IOException(url + " is no file", e);
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
