package dev.lockstep.text.template;

import java.util.List;
import java.util.Map;

/** The methods of dicts and lists that change nothing. */
final class ContainerMethods {
    static final Map<String, Builtin> OF_DICT = Builtin.table(
            Builtin.of("get", "key default", ContainerMethods::get),
            Builtin.of("items", "", call -> items(dict(call), Value.Kind.ITEMS, call.budget())),
            Builtin.of(
                    "keys",
                    "",
                    call -> view(Value.Kind.KEYS, dict(call).entries().keySet(), call.budget())),
            Builtin.of(
                    "values",
                    "",
                    call -> view(Value.Kind.VALUES, dict(call).entries().values(), call.budget())),
            Builtin.of("copy", "", Call::subject));

    static final Map<String, Builtin> OF_LIST = Builtin.table(
            Builtin.of("index", "value", ContainerMethods::index),
            Builtin.of("count", "value", ContainerMethods::count),
            Builtin.of("copy", "", Call::subject));

    private ContainerMethods() {}

    private static Value.Dict dict(Call call) {
        return (Value.Dict) call.subject();
    }

    private static List<Value> list(Call call) {
        return Sequences.items(call.subject(), call.budget());
    }

    private static Value view(Value.Kind kind, java.util.Collection<Value> values, Budget budget) {
        budget.spend(values.size());
        return new Value.Sequence(kind, List.copyOf(values));
    }

    static Value items(Value.Dict dict, Value.Kind kind, Budget budget) {
        budget.spendElements(dict.entries().size());
        return new Value.Sequence(
                kind,
                dict.entries().entrySet().stream()
                        .<Value>map(entry -> Value.tuple(entry.getKey(), entry.getValue()))
                        .toList());
    }

    private static Value get(Call call) {
        Value found = dict(call).lookUp(call.value("key"));
        return found != null ? found : call.value("default", Value.NONE);
    }

    private static Value index(Call call) {
        Value wanted = call.value("value");
        List<Value> items = list(call);
        for (int i = 0; i < items.size(); i++) {
            if (Comparisons.equal(items.get(i), wanted, call.budget())) {
                return new Value.Int(i);
            }
        }
        throw new Fault("the value is not in the list");
    }

    private static Value count(Call call) {
        Value wanted = call.value("value");
        return new Value.Int(list(call).stream()
                .filter(item -> Comparisons.equal(item, wanted, call.budget()))
                .count());
    }
}
