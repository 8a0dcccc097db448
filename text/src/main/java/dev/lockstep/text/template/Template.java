package dev.lockstep.text.template;

import java.time.Clock;
import java.util.List;
import java.util.Map;

/**
 * A parsed template of the Jinja language, as far as chat templates use it (see the package). Immutable; renderings do
 * not influence each other.
 *
 * @see <a href="https://jinja.palletsprojects.com/en/stable/templates/">Jinja, Template Designer Documentation</a>
 */
public final class Template {
    private final List<Statement> statements;

    private Template(List<Statement> statements) {
        this.statements = statements;
    }

    /**
     * Parses a template.
     *
     * @throws TemplateException with line and column if the source is not a template
     */
    public static Template parse(String source) {
        return new Template(Parser.parse(source));
    }

    /** Renders with the clock of the system, in its time zone; see {@link #render(Map, Clock)}. */
    public String render(Map<String, ?> variables) {
        return render(variables, Clock.systemDefaultZone());
    }

    /**
     * Renders the template.
     *
     * @param variables by name: strings, booleans, integers, doubles, lists of such, maps from strings to such, or null
     * @param clock what {@code strftime_now} reads
     * @throws TemplateException with line and column if the template fails, raises an exception, or does more work than
     *     variables of this size justify
     * @throws IllegalArgumentException if a variable is of another type
     */
    public String render(Map<String, ?> variables, Clock clock) {
        Budget budget = new Budget();
        Scope globals = Scope.outermost(Globals.of(clock, budget));
        Scope scope = globals.inner();
        Variables.of(variables, budget).forEach(scope::set);
        return new Interpreter(budget).render(statements, scope.inner());
    }
}
