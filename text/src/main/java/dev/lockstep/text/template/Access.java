package dev.lockstep.text.template;

import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Attributes and items. {@code value.name} looks for a method first and for a key then, {@code value['name']} the other
 * way round; what is not found is undefined. Methods that would change a value are undefined with a reason.
 */
final class Access {
    private static final Set<String> CHANGES_LIST =
            Set.of("append", "clear", "extend", "insert", "pop", "remove", "reverse", "sort");
    private static final Set<String> CHANGES_DICT = Set.of("clear", "pop", "popitem", "setdefault", "update");

    private Access() {}

    static Value attribute(Value subject, String name, Budget budget) {
        Value found = method(subject, name, budget);
        if (found == null && subject instanceof Value.Dict dict) {
            found = dict.lookUp(new Value.Text(name));
        }
        return found != null ? found : missing(subject, "attribute", "'" + name + "'");
    }

    static Value item(Value subject, Value key, Budget budget) {
        Value found = switch (subject) {
            case Value.Undefined undefined -> throw undefined.fault();
            case Value.Dict dict -> dict.lookUp(key);
            case Value.Sequence sequence
            when sequence.kind().indexable() && isIndex(key) -> element(sequence.items(), Numbers.integer(key));
            case Value.Text(String text) when isIndex(key) -> character(text, Numbers.integer(key), budget);
            default -> null;
        };
        if (found == null && key instanceof Value.Text(String name)) {
            found = method(subject, name, budget);
        }
        return found != null ? found : missing(subject, "element", Printed.representation(key, budget));
    }

    /** Follows a path such as {@code function.name} or {@code 0.role}, as filters take it. */
    static Value path(Value subject, Value path, Budget budget) {
        if (!(path instanceof Value.Text(String dotted))) {
            return item(subject, path, budget);
        }
        Value value = subject;
        for (String part : dotted.split("\\.")) {
            boolean number =
                    !part.isEmpty() && part.length() < 10 && part.chars().allMatch(c -> c >= '0' && c <= '9');
            value = item(value, number ? new Value.Int(Long.parseLong(part)) : new Value.Text(part), budget);
        }
        return value;
    }

    private static boolean isIndex(Value key) {
        return key instanceof Value.Int || key instanceof Value.Bool;
    }

    private static @Nullable Value element(List<Value> items, long index) {
        long at = index < 0 ? index + items.size() : index;
        return at >= 0 && at < items.size() ? items.get((int) at) : null;
    }

    private static @Nullable Value character(String text, long index, Budget budget) {
        budget.spend(text.length() / 8);
        int length = text.codePointCount(0, text.length());
        long at = index < 0 ? index + length : index;
        if (at < 0 || at >= length) {
            return null;
        }
        return new Value.Text(Character.toString(text.codePointAt(text.offsetByCodePoints(0, (int) at))));
    }

    private static @Nullable Value method(Value subject, String name, Budget budget) {
        return switch (subject) {
            case Value.Undefined undefined -> throw undefined.fault();
            case Value.Special special -> special.attribute(name);
            case Value.Text _ -> bound(StringMethods.TABLE.get(name), subject, budget);
            case Value.Dict _ when CHANGES_DICT.contains(name) -> change(subject, name);
            case Value.Dict _ -> bound(ContainerMethods.OF_DICT.get(name), subject, budget);
            case Value.Sequence sequence
            when sequence.kind() == Value.Kind.LIST && CHANGES_LIST.contains(name) -> change(subject, name);
            case Value.Sequence sequence
            when sequence.kind().indexable() -> bound(ContainerMethods.OF_LIST.get(name), subject, budget);
            case Value.Sequence _, Value.Int _, Value.Real _, Value.Bool _, Value.None _, Value.Function _ -> null;
        };
    }

    private static @Nullable Value bound(@Nullable Builtin method, Value subject, Budget budget) {
        return method == null
                ? null
                : new Value.Function(method.name(), arguments -> method.apply(subject, arguments, budget));
    }

    private static Value change(Value subject, String name) {
        return new Value.Undefined("'" + name + "' would change a " + subject.typeName()
                + ", which the sandbox does not allow; make a new value, as in {% set x = x + [item] %}");
    }

    private static Value missing(Value subject, String what, String name) {
        return new Value.Undefined("'" + subject.typeName() + "' has no " + what + " " + name);
    }
}
