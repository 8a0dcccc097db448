package dev.lockstep.text.grammar;

/**
 * How a model writes calls of functions: {@code begin}, then for each call {@code open}, an object with the name and the arguments,
 * and {@code close}, with separators between the calls, then {@code end}.
 *
 * @param arguments the name of the member that holds the arguments
 */
public record CallSyntax(String begin, String open, String arguments, String close, String separator, String end) {
    /** What stands before the object of the first call. */
    public String prefix() {
        return begin + open;
    }
}
