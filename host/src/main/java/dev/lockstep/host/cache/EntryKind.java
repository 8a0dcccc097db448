package dev.lockstep.host.cache;

/** What an entry holds. Weights do not depend on the instruction set, and code does not depend on values of weights. */
public enum EntryKind {
    /** Packed weights of a model. */
    WEIGHTS,
    /** A native object file. */
    CODE;

    String suffix() {
        return switch (this) {
            case WEIGHTS -> ".weights";
            case CODE -> ".code";
        };
    }
}
