package groovy.lang;

/**
 * Stands in for Groovy, which is not here: picocli looks for this class in every start, and would have all jars of the class path opened to learn that
 * there is none.
 */
final class Closure {
    private Closure() {}
}
