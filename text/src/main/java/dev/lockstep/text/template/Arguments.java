package dev.lockstep.text.template;

import java.util.List;
import java.util.Map;

/** The evaluated arguments of a call, in order of writing. */
record Arguments(List<Value> positional, Map<String, Value> named) {
    static final Arguments NONE = new Arguments(List.of(), Map.of());

    static Arguments of(Value... positional) {
        return new Arguments(List.of(positional), Map.of());
    }

    Arguments withoutFirst(int count) {
        return new Arguments(positional.subList(count, positional.size()), named);
    }
}
