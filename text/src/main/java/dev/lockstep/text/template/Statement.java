package dev.lockstep.text.template;

import java.util.List;

/** The statements of the language. The position is that of the tag. */
sealed interface Statement {
    Position position();

    record Data(String text, Position position) implements Statement {}

    record Print(Expression value, Position position) implements Statement {}

    record If(List<Branch> branches, List<Statement> otherwise, Position position) implements Statement {}

    /** Without a filter the filter is the literal true. */
    record For(
            Target target,
            Expression iterable,
            Expression filter,
            List<Statement> body,
            List<Statement> otherwise,
            Position position)
            implements Statement {}

    record Break(Position position) implements Statement {}

    record Continue(Position position) implements Statement {}

    record Set(Target target, Expression value, Position position) implements Statement {}

    record SetBlock(Target target, List<Expression.Use> filters, List<Statement> body, Position position)
            implements Statement {}

    record FilterBlock(List<Expression.Use> filters, List<Statement> body, Position position) implements Statement {}

    /** {@code with} and, without bindings, {@code generation}: a body with a scope of its own. */
    record Scoped(List<Binding> bindings, List<Statement> body, Position position) implements Statement {}

    record Define(Macro macro, Position position) implements Statement {}

    /** {@code call(...) macro(...)}: the body becomes the macro's {@code caller}. */
    record CallBlock(Macro body, Expression.Invocation invocation, Position position) implements Statement {}

    record Branch(Expression condition, List<Statement> body) {}

    record Binding(Target target, Expression value) {}

    /** {@code implicit}: which of varargs, kwargs and caller the body mentions, and hence the macro accepts. */
    record Macro(String name, List<Parameter> parameters, List<Statement> body, java.util.Set<String> implicit) {}

    /** Without a default the default is a literal undefined. */
    record Parameter(String name, Expression otherwise) {}

    /** What a value can be assigned to. */
    sealed interface Target {
        Position position();

        record Variable(String name, Position position) implements Target {}

        record NamespaceField(String namespace, String field, Position position) implements Target {}

        record Unpacking(List<Target> targets, Position position) implements Target {}
    }
}
