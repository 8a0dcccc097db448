package dev.lockstep.text.template;

import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Variables, visible here and in the scopes inside; assignment never changes a scope outside. */
final class Scope {
    private final Map<String, Value> variables;
    private final @Nullable Scope outer;

    private Scope(Map<String, Value> variables, @Nullable Scope outer) {
        this.variables = variables;
        this.outer = outer;
    }

    static Scope outermost(Map<String, Value> variables) {
        return new Scope(variables, null);
    }

    Scope inner() {
        return new Scope(new HashMap<>(), this);
    }

    void set(String name, Value value) {
        variables.put(name, value);
    }

    Value look(String name) {
        for (Scope scope = this; scope != null; scope = scope.outer) {
            Value value = scope.variables.get(name);
            if (value != null) {
                return value;
            }
        }
        return new Value.Undefined("'" + name + "' is undefined");
    }
}
