import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;

/**
 * Lets the packaged command start several times faster: a whole run of it is recorded, and what the JVM made of its classes is kept beside it.
 *
 * <p>{@code java packaging/start/PrepareStart.java APP [JAVA]}: APP is the directory of lockstep.jar and lib, and JAVA the directory of the Java
 * that is going to run it, by default this one. The result, APP/lockstep.aot, fits this Java and these jars, which may be moved together.
 */
final class PrepareStart {
    private static final String OPTIONS = "java.options";
    private static final String RECORDED = "lockstep.aotconf";
    private static final String PREPARED = "lockstep.aot";

    private PrepareStart() {}

    public static void main(String[] arguments) throws IOException, InterruptedException {
        var app = Path.of(arguments[0]).toAbsolutePath();
        var java = Path.of(arguments.length > 1 ? arguments[1] : System.getProperty("java.home"));
        try (var jars = Files.newDirectoryStream(app.resolve("lib"), "*.jar")) {
            for (var jar : jars) {
                StackMaps.addTo(jar);
            }
        }
        var source = Path.of(System.getProperty("jdk.launcher.sourcefile"));
        var options = Files.readString(source.resolveSibling(OPTIONS));
        Files.writeString(app.resolve(OPTIONS), options + "-Dlockstep.build=" + digest(app) + "\n");
        Files.deleteIfExists(app.resolve(PREPARED));
        // First starts, which make what later ones find, are not recorded: the fewer classes there are in the cache, the sooner it is there.
        var usual = List.of("dev.lockstep.cli.Main", "warm-up");
        start(java, app, List.of(), usual);
        // Without the profiles of the recorded run: with them the JVM compiles earlier and more, beside a start that needs the cores.
        boolean recorded = run(
                java,
                app,
                List.of("-XX:AOTMode=record", "-XX:+UnlockDiagnosticVMOptions", "-XX:-AOTRecordTraining"),
                usual);
        if (!recorded || !run(java, app, List.of("-XX:AOTMode=create", "-XX:AOTCache=" + app.resolve(PREPARED)), List.of())) {
            System.err.println("prepare-start: there is no " + PREPARED + "; the command works, but starts take a little longer");
        }
        Files.deleteIfExists(app.resolve(RECORDED));
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

    private static boolean run(Path java, Path app, List<String> flags, List<String> command)
            throws IOException, InterruptedException {
        List<String> all = new ArrayList<>(flags);
        all.addFirst("-XX:AOTConfiguration=" + app.resolve(RECORDED));
        return start(java, app, all, command);
    }

    private static boolean start(Path java, Path app, List<String> flags, List<String> command)
            throws IOException, InterruptedException {
        List<String> line = new ArrayList<>(List.of(
                java.resolve("bin/java").toString(),
                "@" + app.resolve(OPTIONS),
                "-Xlog:all=error:stderr",
                "-cp",
                app.resolve("lockstep.jar").toString()));
        line.addAll(flags);
        line.addAll(command);
        return new ProcessBuilder(line).inheritIO().redirectInput(ProcessBuilder.Redirect.PIPE).start().waitFor() == 0;
    }
}
