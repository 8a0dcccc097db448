package dev.lockstep.text.template;

import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Turns plain Java values into values of the template language. */
final class Variables {
    private static final int MAX_DEPTH = 200;

    private long units;

    private Variables() {}

    /** The variables by name; the budget grows with their size. */
    static Map<String, Value> of(Map<String, ?> variables, Budget budget) {
        Variables conversion = new Variables();
        Map<String, Value> values = new HashMap<>();
        variables.forEach((name, value) -> values.put(name, conversion.value(name, value, 0)));
        budget.growWithInput(conversion.units);
        return values;
    }

    static Value.Dict dict(Map<String, Value> entries) {
        Map<Value, Value> values = new LinkedHashMap<>();
        entries.forEach((name, value) -> values.put(new Value.Text(name), value));
        return new Value.Dict(values);
    }

    private Value value(String variable, @Nullable Object value, int depth) {
        if (depth > MAX_DEPTH) {
            throw new IllegalArgumentException(
                    "the variable '" + variable + "' nests more than " + MAX_DEPTH + " levels deep");
        }
        units++;
        return switch (value) {
            case null -> Value.NONE;
            case CharSequence text -> {
                units += text.length();
                yield new Value.Text(text.toString());
            }
            case Boolean bool -> Value.of(bool);
            case Integer number -> new Value.Int(number);
            case Long number -> new Value.Int(number);
            case Double number -> new Value.Real(number);
            case Float number -> new Value.Real(number);
            case Collection<?> items -> list(variable, items, depth);
            case Map<?, ?> entries -> dict(variable, entries, depth);
            default ->
                throw new IllegalArgumentException("the variable '" + variable + "' holds a "
                        + value.getClass().getName()
                        + "; templates take strings, booleans, integers, doubles, lists and maps");
        };
    }

    private Value list(String variable, Collection<?> items, int depth) {
        List<Value> values = new ArrayList<>(items.size());
        for (Object item : items) {
            values.add(value(variable, item, depth + 1));
        }
        return Value.list(values);
    }

    private Value dict(String variable, Map<?, ?> entries, int depth) {
        Map<Value, Value> values = new LinkedHashMap<>();
        entries.forEach((key, value) -> {
            if (!(key instanceof String name)) {
                throw new IllegalArgumentException(
                        "the variable '" + variable + "' holds a map whose keys are no strings");
            }
            units += name.length();
            values.put(new Value.Text(name), value(variable, value, depth + 1));
        });
        return new Value.Dict(values);
    }
}
