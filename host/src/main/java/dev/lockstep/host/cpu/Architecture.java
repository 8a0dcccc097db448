package dev.lockstep.host.cpu;

import java.util.Optional;

/** An instruction set that the code generator is built and tested for. */
public enum Architecture {
    X86_64("x86_64-unknown-linux-gnu", "x86-64"),
    AARCH64("aarch64-unknown-linux-gnu", "generic");

    private final String triple;
    private final String baselineCpu;

    Architecture(String triple, String baselineCpu) {
        this.triple = triple;
        this.baselineCpu = baselineCpu;
    }

    /** The target triple as LLVM spells it. */
    public String triple() {
        return triple;
    }

    /** LLVM's name for the processor that has nothing beyond the base instruction set. */
    String baselineCpu() {
        return baselineCpu;
    }

    /** The architecture of this process, or nothing where no code can be run: we load Linux's object files only. */
    public static Optional<Architecture> host() {
        if (!System.getProperty("os.name", "").equals("Linux")) {
            return Optional.empty();
        }
        return switch (System.getProperty("os.arch", "")) {
            case "amd64", "x86_64" -> Optional.of(X86_64);
            case "aarch64" -> Optional.of(AARCH64);
            default -> Optional.empty();
        };
    }
}
