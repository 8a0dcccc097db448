package dev.lockstep.text.template;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Executes statements and collects what they print. */
final class Interpreter {
    private final Budget budget;
    private final Evaluator evaluator;
    private StringBuilder out = new StringBuilder();

    /** How a statement ended: a loop in progress looks at it. */
    private enum Ending {
        DONE,
        BREAK,
        CONTINUE
    }

    Interpreter(Budget budget) {
        this.budget = budget;
        this.evaluator = new Evaluator(budget);
    }

    String render(List<Statement> statements, Scope scope) {
        execute(statements, scope);
        return out.toString();
    }

    private Ending execute(List<Statement> statements, Scope scope) {
        for (Statement statement : statements) {
            Ending ending = execute(statement, scope);
            if (ending != Ending.DONE) {
                return ending;
            }
        }
        return Ending.DONE;
    }

    private Ending execute(Statement statement, Scope scope) {
        try {
            budget.spend(1);
            budget.enter();
            Ending ending = perform(statement, scope);
            budget.leave();
            return ending;
        } catch (Fault fault) {
            throw fault.at(statement.position());
        }
    }

    private Ending perform(Statement statement, Scope scope) {
        switch (statement) {
            case Statement.Data data -> print(data.text());
            case Statement.Print print -> print(Printed.text(evaluator.evaluate(print.value(), scope), budget));
            case Statement.If choice -> {
                return choose(choice, scope);
            }
            case Statement.For loop -> {
                return loop(loop, scope);
            }
            case Statement.Break _ -> {
                return Ending.BREAK;
            }
            case Statement.Continue _ -> {
                return Ending.CONTINUE;
            }
            case Statement.Set set -> assign(set.target(), evaluator.evaluate(set.value(), scope), scope);
            case Statement.SetBlock block -> {
                StringBuilder outer = startCapture();
                Ending ending = execute(block.body(), scope.inner());
                Value captured = filter(block.filters(), endCapture(outer), scope);
                if (ending != Ending.DONE) {
                    return ending;
                }
                assign(block.target(), captured, scope);
            }
            case Statement.FilterBlock block -> {
                StringBuilder outer = startCapture();
                Ending ending = execute(block.body(), scope.inner());
                print(Printed.text(filter(block.filters(), endCapture(outer), scope), budget));
                return ending;
            }
            case Statement.Scoped scoped -> {
                Scope inner = scope.inner();
                for (Statement.Binding binding : scoped.bindings()) {
                    assign(binding.target(), evaluator.evaluate(binding.value(), scope), inner);
                }
                return execute(scoped.body(), inner);
            }
            case Statement.Define define -> scope.set(define.macro().name(), function(define.macro(), scope));
            case Statement.CallBlock call -> {
                Value.Function caller = function(call.body(), scope);
                print(Printed.text(evaluator.invokeWithCaller(call.invocation(), caller, scope), budget));
            }
        }
        return Ending.DONE;
    }

    private void print(String text) {
        budget.spend(text.length());
        out.append(text);
    }

    private StringBuilder startCapture() {
        StringBuilder outer = out;
        out = new StringBuilder();
        return outer;
    }

    private Value endCapture(StringBuilder outer) {
        Value captured = budget.text(out.toString());
        out = outer;
        return captured;
    }

    private Value filter(List<Expression.Use> filters, Value captured, Scope scope) {
        Value value = captured;
        for (Expression.Use filter : filters) {
            value = evaluator.filter(filter, value, scope);
        }
        return value;
    }

    private Ending choose(Statement.If choice, Scope scope) {
        for (Statement.Branch branch : choice.branches()) {
            if (evaluator.evaluate(branch.condition(), scope).truthy()) {
                return execute(branch.body(), scope);
            }
        }
        return execute(choice.otherwise(), scope);
    }

    private Ending loop(Statement.For loop, Scope scope) {
        List<Value> items = chosen(loop, scope);
        if (items.isEmpty()) {
            return execute(loop.otherwise(), scope.inner());
        }
        Loop state = new Loop(items, budget);
        for (Value item : items) {
            state.advance();
            Scope inner = scope.inner();
            inner.set("loop", state);
            assign(loop.target(), item, inner);
            if (execute(loop.body(), inner) == Ending.BREAK) {
                break;
            }
        }
        return Ending.DONE;
    }

    private List<Value> chosen(Statement.For loop, Scope scope) {
        Value iterable = evaluator.evaluate(loop.iterable(), scope);
        List<Value> items;
        try {
            items = Sequences.items(iterable, budget);
        } catch (Fault fault) {
            throw fault.at(loop.iterable().position());
        }
        if (loop.filter() instanceof Expression.Literal constant
                && constant.value().truthy()) {
            return items;
        }
        List<Value> chosen = new ArrayList<>();
        for (Value item : items) {
            Scope inner = scope.inner();
            assign(loop.target(), item, inner);
            if (evaluator.evaluate(loop.filter(), inner).truthy()) {
                chosen.add(item);
            }
        }
        return chosen;
    }

    private void assign(Statement.Target target, Value value, Scope scope) {
        switch (target) {
            case Statement.Target.Variable variable -> scope.set(variable.name(), value);
            case Statement.Target.NamespaceField field -> {
                if (!(scope.look(field.namespace()) instanceof Namespace namespace)) {
                    throw TemplateException.at(
                            field.position(),
                            "fields can be assigned only to a namespace(), and '" + field.namespace() + "' is none");
                }
                namespace.set(field.field(), value);
            }
            case Statement.Target.Unpacking unpacking -> unpack(unpacking, value, scope);
        }
    }

    private void unpack(Statement.Target.Unpacking unpacking, Value value, Scope scope) {
        List<Value> parts;
        try {
            parts = Sequences.items(value, budget);
        } catch (Fault fault) {
            throw fault.at(unpacking.position());
        }
        List<Statement.Target> targets = unpacking.targets();
        if (parts.size() != targets.size()) {
            throw TemplateException.at(
                    unpacking.position(),
                    parts.size() + " values cannot be unpacked into " + targets.size() + " names");
        }
        for (int i = 0; i < targets.size(); i++) {
            assign(targets.get(i), parts.get(i), scope);
        }
    }

    private Value.Function function(Statement.Macro macro, Scope scope) {
        return new Value.Function(macro.name(), arguments -> call(macro, arguments, scope));
    }

    private Value call(Statement.Macro macro, Arguments arguments, Scope scope) {
        Scope inner = scope.inner();
        bind(macro, arguments, inner);
        StringBuilder outer = startCapture();
        execute(macro.body(), inner);
        return endCapture(outer);
    }

    private void bind(Statement.Macro macro, Arguments arguments, Scope inner) {
        List<Statement.Parameter> parameters = macro.parameters();
        List<Value> positional = arguments.positional();
        Map<String, Value> rest = new LinkedHashMap<>(arguments.named());
        for (int i = 0; i < parameters.size(); i++) {
            String name = parameters.get(i).name();
            Value named = rest.remove(name);
            if (named != null && i < positional.size()) {
                throw new Fault("macro '" + macro.name() + "' got two values for '" + name + "'");
            }
            Value given = i < positional.size() ? positional.get(i) : named;
            inner.set(
                    name,
                    given != null ? given : evaluator.evaluate(parameters.get(i).otherwise(), inner));
        }
        if (macro.implicit().contains("caller")) {
            Value caller = rest.remove("caller");
            inner.set("caller", caller != null ? caller : new Value.Undefined("no caller was given to the macro"));
        }
        if (macro.implicit().contains("kwargs")) {
            inner.set("kwargs", Variables.dict(rest));
        } else if (!rest.isEmpty()) {
            throw new Fault("macro '" + macro.name() + "' has no parameter '"
                    + rest.keySet().iterator().next() + "'");
        }
        int surplus = Math.max(0, positional.size() - parameters.size());
        if (macro.implicit().contains("varargs")) {
            List<Value> varargs = positional.subList(positional.size() - surplus, positional.size());
            inner.set("varargs", new Value.Sequence(Value.Kind.TUPLE, varargs));
        } else if (surplus > 0) {
            throw new Fault("macro '" + macro.name() + "' takes at most " + parameters.size() + " arguments, "
                    + positional.size() + " given");
        }
    }
}
