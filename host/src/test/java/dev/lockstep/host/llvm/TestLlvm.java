package dev.lockstep.host.llvm;

import static org.junit.jupiter.api.Assumptions.abort;

/** The code generator of this machine, loaded once for all tests; a test that needs it is skipped where it is not. */
public final class TestLlvm {
    private static final LlvmLibrary LIBRARY = LlvmLibrary.find();

    private TestLlvm() {}

    public static CodeGenerator codeGenerator() {
        return found().codeGenerator();
    }

    static Llvm binding() {
        return new Llvm(found().path());
    }

    private static LlvmLibrary.Found found() {
        return switch (LIBRARY) {
            case LlvmLibrary.Found found -> found;
            case LlvmLibrary.Missing(String reason) -> abort("No LLVM here: " + reason);
        };
    }
}
