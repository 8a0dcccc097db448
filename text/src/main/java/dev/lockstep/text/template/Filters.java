package dev.lockstep.text.template;

import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** All filters by name. */
final class Filters {
    private static final Map<String, Builtin> TABLE = Stream.of(
                    TextFilters.TABLE, NumberFilters.TABLE, SequenceFilters.TABLE, SelectionFilters.TABLE)
            .flatMap(table -> table.entrySet().stream())
            .collect(Collectors.toUnmodifiableMap(Map.Entry::getKey, Map.Entry::getValue));

    private Filters() {}

    static boolean exists(String name) {
        return TABLE.containsKey(name);
    }

    static Value apply(String name, Value subject, Arguments arguments, Budget budget) {
        Builtin filter = TABLE.get(name);
        if (filter == null) {
            throw new Fault("there is no filter named '" + name + "'");
        }
        return filter.apply(subject, arguments, budget);
    }
}
