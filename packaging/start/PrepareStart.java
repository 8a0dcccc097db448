import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
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
        Files.copy(source.resolveSibling(OPTIONS), app.resolve(OPTIONS), StandardCopyOption.REPLACE_EXISTING);
        Files.deleteIfExists(app.resolve(PREPARED));
        // Without the profiles of the recorded run: with them the JVM compiles earlier and more, beside a start that needs the cores.
        boolean recorded = run(
                java,
                app,
                List.of("-XX:AOTMode=record", "-XX:+UnlockDiagnosticVMOptions", "-XX:-AOTRecordTraining"),
                List.of("dev.lockstep.cli.Main", "warm-up"));
        if (!recorded || !run(java, app, List.of("-XX:AOTMode=create", "-XX:AOTCache=" + app.resolve(PREPARED)), List.of())) {
            System.err.println("prepare-start: there is no " + PREPARED + "; the command works, but starts take a little longer");
        }
        Files.deleteIfExists(app.resolve(RECORDED));
    }

    private static boolean run(Path java, Path app, List<String> flags, List<String> command)
            throws IOException, InterruptedException {
        List<String> line = new ArrayList<>(List.of(
                java.resolve("bin/java").toString(),
                "-XX:AOTConfiguration=" + app.resolve(RECORDED),
                "@" + app.resolve(OPTIONS),
                "-Xlog:all=error:stderr",
                "-cp",
                app.resolve("lockstep.jar").toString()));
        line.addAll(flags);
        line.addAll(command);
        return new ProcessBuilder(line).inheritIO().redirectInput(ProcessBuilder.Redirect.PIPE).start().waitFor() == 0;
    }
}
