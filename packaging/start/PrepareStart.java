import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;

/**
 * Lets the packaged command start several times faster: a whole run of it is recorded, and what the JVM made of its classes is kept beside it.
 *
 * <p>{@code java packaging/start/PrepareStart.java APP}: APP is the directory of lockstep.jar and lib. The result, APP/lockstep.aot, fits this Java
 * and these jars. Packages do not bring it: their launcher makes it at the first start, in the same way.
 */
final class PrepareStart {
    private static final String OPTIONS = "java.options";
    private static final String PREPARING = "prepare.options";
    private static final String PREPARED = "lockstep.aot";

    private PrepareStart() {}

    public static void main(String[] arguments) throws IOException, InterruptedException {
        var app = Path.of(arguments[0]).toAbsolutePath();
        try (var jars = Files.newDirectoryStream(app.resolve("lib"), "*.jar")) {
            for (var jar : jars) {
                StackMaps.addTo(jar);
            }
        }
        var source = Path.of(System.getProperty("jdk.launcher.sourcefile"));
        var options = Files.readString(source.resolveSibling(OPTIONS));
        Files.writeString(app.resolve(OPTIONS), options + "-Dlockstep.build=" + digest(app) + "\n");
        Files.copy(source.resolveSibling(PREPARING), app.resolve(PREPARING), StandardCopyOption.REPLACE_EXISTING);
        Files.deleteIfExists(app.resolve(PREPARED));
        // First starts, which make what later ones find, are not recorded: the fewer classes there are in the cache, the sooner it is there.
        warmUp(app, List.of());
        warmUp(app, List.of("@" + app.resolve(PREPARING), "-XX:AOTCacheOutput=" + app.resolve(PREPARED)));
        if (!Files.exists(app.resolve(PREPARED))) {
            System.err.println("prepare-start: there is no " + PREPARED + "; the command works, but starts take a little longer");
        }
    }

    /** Of all jars: what the command keeps for later starts depends on the code that made it, and this is how it tells. */
    private static String digest(Path app) throws IOException {
        try (var files = Files.walk(app)) {
            var sha = MessageDigest.getInstance("SHA-256");
            for (var jar : files.filter(file -> file.toString().endsWith(".jar")).sorted().toList()) {
                sha.update(jar.getFileName().toString().getBytes(StandardCharsets.UTF_8));
                sha.update(Files.readAllBytes(jar));
            }
            return HexFormat.of().formatHex(sha.digest(), 0, 16);
        } catch (NoSuchAlgorithmException impossible) {
            throw new AssertionError("every Java platform has SHA-256", impossible);
        }
    }

    private static void warmUp(Path app, List<String> flags) throws IOException, InterruptedException {
        List<String> line = new ArrayList<>(
                List.of(Path.of(System.getProperty("java.home"), "bin", "java").toString(), "@" + app.resolve(OPTIONS)));
        line.addAll(flags);
        line.addAll(List.of("-cp", app.resolve("lockstep.jar").toString(), "dev.lockstep.cli.Main", "warm-up"));
        new ProcessBuilder(line).inheritIO().redirectInput(ProcessBuilder.Redirect.PIPE).start().waitFor();
    }
}
