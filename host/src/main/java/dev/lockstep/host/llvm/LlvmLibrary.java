package dev.lockstep.host.llvm;

import java.nio.file.Path;
import java.util.Set;

/**
 * The answer to the question whether this process can generate native code. Nothing here throws: without LLVM there is
 * a reason to show, and the reference interpreter.
 */
public sealed interface LlvmLibrary {
    /** The system property, which wins, and the environment variable that name the library's file. */
    String OVERRIDE = "LOCKSTEP_LLVM";

    /** The major versions that our tests run with. */
    Set<Integer> SUPPORTED_MAJORS = Set.of(19, 20);

    /** @param path the file that was loaded */
    record Found(CodeGenerator codeGenerator, Path path) implements LlvmLibrary {}

    /** @param reason one or more sentences: every place that was tried and what was wrong with it */
    record Missing(String reason) implements LlvmLibrary {}

    /** Finds without telling anybody about the work. */
    static LlvmLibrary find() {
        return find((_, _) -> {});
    }

    /**
     * Looks at the file that {@value #OVERRIDE} names, and at nothing else if it is set; then at the library in the
     * jar on the class path, which is unpacked into the user's cache the first time; then at the system's libraries.
     */
    static LlvmLibrary find(UnpackProgress progress) {
        return LlvmSearch.run(progress);
    }

    /** A name for the library that {@link #find} would find, which tells versions apart; nothing is loaded. */
    static String identity() {
        return LlvmSearch.identity();
    }

    /** Loads the library in this file. */
    static LlvmLibrary open(Path path) {
        try {
            Llvm llvm = new Llvm(path);
            String version = llvm.version();
            if (!SUPPORTED_MAJORS.contains(Integer.valueOf(version.substring(0, version.indexOf('.'))))) {
                return new Missing(path + " is LLVM " + version + "; supported major versions are "
                        + SUPPORTED_MAJORS.stream().sorted().toList() + ".");
            }
            llvm.initialise();
            llvm.onFatalError(CompilerThread::onFatalError);
            return new Found(new CodeGenerator(llvm, path), path);
        } catch (LlvmException e) {
            return new Missing(path + " cannot be used: " + e.getMessage() + ".");
        }
    }
}
