package dev.lockstep.text.template;

import dev.lockstep.text.json.JsonStrings;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Writes a value as Python's {@code json.dumps} does. */
final class PythonJson {
    private final StringBuilder out = new StringBuilder();
    private final Style style;
    private final Budget budget;
    private int level;

    /** {@code indent}: the text of one level, or empty for everything on one line. */
    record Style(Optional<String> indent, boolean asciiOnly, boolean sortKeys, String betweenItems, String afterKey) {}

    private PythonJson(Style style, Budget budget) {
        this.style = style;
        this.budget = budget;
    }

    static String write(Value value, Style style, Budget budget) {
        PythonJson json = new PythonJson(style, budget);
        json.write(value);
        return json.out.toString();
    }

    private void write(Value value) {
        budget.enter();
        budget.spend(1);
        switch (value) {
            case Value.Text(String text) -> string(text);
            case Value.Int(long number) -> out.append(number);
            case Value.Real(double number) -> out.append(real(number));
            case Value.Bool(boolean bool) -> out.append(bool);
            case Value.None _ -> out.append("null");
            case Value.Sequence sequence
            when sequence.kind() == Value.Kind.LIST || sequence.kind() == Value.Kind.TUPLE -> array(sequence.items());
            case Value.Dict(Map<Value, Value> entries) -> object(entries);
            case Value.Undefined undefined -> throw new Fault("tojson got an undefined value: " + undefined.reason());
            case Value.Sequence _, Value.Function _, Value.Special _ ->
                throw new Fault("a value of type " + value.typeName() + " cannot be written as JSON");
        }
        budget.leave();
    }

    private static String real(double number) {
        if (Double.isNaN(number)) {
            return "NaN";
        }
        return Double.isInfinite(number) ? number > 0 ? "Infinity" : "-Infinity" : Printed.real(number);
    }

    private void array(List<Value> items) {
        out.append('[');
        level++;
        for (Iterator<Value> rest = items.iterator(); rest.hasNext(); ) {
            newLine();
            write(rest.next());
            out.append(rest.hasNext() ? style.betweenItems() : "");
        }
        close(items.isEmpty(), ']');
    }

    private void object(Map<Value, Value> entries) {
        out.append('{');
        level++;
        for (Iterator<Map.Entry<Value, Value>> rest = ordered(entries).iterator(); rest.hasNext(); ) {
            Map.Entry<Value, Value> entry = rest.next();
            newLine();
            string(key(entry.getKey()));
            out.append(style.afterKey());
            write(entry.getValue());
            out.append(rest.hasNext() ? style.betweenItems() : "");
        }
        close(entries.isEmpty(), '}');
    }

    private List<Map.Entry<Value, Value>> ordered(Map<Value, Value> entries) {
        List<Map.Entry<Value, Value>> ordered = new ArrayList<>(entries.entrySet());
        if (style.sortKeys()) {
            ordered.sort(Map.Entry.comparingByKey(orderOfKeys()));
        }
        return ordered;
    }

    private Comparator<Value> orderOfKeys() {
        return (left, right) -> Comparisons.compare(left, right, Relation.LESS, budget);
    }

    private static String key(Value key) {
        return switch (key) {
            case Value.Text(String text) -> text;
            case Value.Int(long number) -> Long.toString(number);
            case Value.Real(double number) -> real(number);
            case Value.Bool(boolean bool) -> Boolean.toString(bool);
            case Value.None _ -> "null";
            default -> throw new Fault("a key of type " + key.typeName() + " cannot be written as JSON");
        };
    }

    private void newLine() {
        style.indent().ifPresent(indent -> {
            budget.spend((long) level * indent.length());
            out.append('\n').repeat(indent, level);
        });
    }

    private void close(boolean empty, char bracket) {
        level--;
        if (!empty) {
            newLine();
        }
        out.append(bracket);
    }

    private void string(String text) {
        budget.spend(text.length());
        JsonStrings.append(out, text, style.asciiOnly());
    }
}
