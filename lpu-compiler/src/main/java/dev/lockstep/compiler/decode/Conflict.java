package dev.lockstep.compiler.decode;

/** Something is taken in a cycle already: what is being placed has to be tried later. Carries no stack trace, because it is thrown often. */
final class Conflict extends RuntimeException {
    private static final long serialVersionUID = 1;

    Conflict(String what) {
        super(what, null, false, false);
    }
}
