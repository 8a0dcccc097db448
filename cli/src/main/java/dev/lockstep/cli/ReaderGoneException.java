package dev.lockstep.cli;

/** Whoever reads our output has had enough of it ({@code lockstep ... | head}): end, and say nothing. */
final class ReaderGoneException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    ReaderGoneException(Throwable cause) {
        super(cause);
    }
}
