package dev.lockstep.text.template;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;

/** Filters that apply a filter or a test to each item: map, select, reject and their attribute forms. */
final class SelectionFilters {
    static final Map<String, Builtin> TABLE = Builtin.table(
            Builtin.of("map", Builtin.REST, SelectionFilters::map),
            Builtin.of("select", Builtin.REST, call -> select(call, true)),
            Builtin.of("reject", Builtin.REST, call -> select(call, false)),
            Builtin.of("selectattr", Builtin.REST, call -> selectByAttribute(call, true)),
            Builtin.of("rejectattr", Builtin.REST, call -> selectByAttribute(call, false)));

    private SelectionFilters() {}

    private static Value map(Call call) {
        Arguments arguments = call.arguments();
        Value path = arguments.named().get("attribute");
        List<Value> mapped = new ArrayList<>();
        for (Value item : items(call)) {
            call.budget().spendElements(1);
            if (path != null) {
                Value found = Access.path(item, path, call.budget());
                Value otherwise = arguments.named().get("default");
                mapped.add(found instanceof Value.Undefined && otherwise != null ? otherwise : found);
            } else {
                mapped.add(Filters.apply(name(call, 0), item, arguments.withoutFirst(1), call.budget()));
            }
        }
        return Value.generator(mapped);
    }

    /** Like the original, these filters take any false value, none for one, as an empty sequence. */
    private static List<Value> items(Call call) {
        return call.subject().truthy() ? Sequences.items(call.subject(), call.budget()) : List.of();
    }

    private static String name(Call call, int index) {
        List<Value> positional = call.arguments().positional();
        if (index < positional.size() && positional.get(index) instanceof Value.Text(String name)) {
            return name;
        }
        throw new Fault(call.builtin().name() + " needs a name as its argument " + (index + 1));
    }

    private static Value select(Call call, boolean wanted) {
        return filtered(call, item -> passes(call, item, 0) == wanted);
    }

    private static Value selectByAttribute(Call call, boolean wanted) {
        List<Value> positional = call.arguments().positional();
        if (positional.isEmpty()) {
            throw new Fault(call.builtin().name() + " needs the name of an attribute");
        }
        return filtered(call, item -> {
            Value attribute = Access.path(item, positional.getFirst(), call.budget());
            return passes(call, attribute, 1) == wanted;
        });
    }

    /** Without a test the value itself decides. */
    private static boolean passes(Call call, Value value, int testAt) {
        if (call.arguments().positional().size() <= testAt) {
            return value.truthy();
        }
        return ValueTests.passes(name(call, testAt), value, call.arguments().withoutFirst(testAt + 1), call.budget());
    }

    private static Value filtered(Call call, Predicate<Value> condition) {
        return Value.generator(items(call).stream().filter(condition).toList());
    }
}
