package dev.lockstep.text.template;

import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;

/**
 * A filter, test or method that this package brings: a name, the names of its parameters after the subject, and a body.
 * The last parameter may be {@value #REST}: then the body looks at the raw arguments itself.
 */
record Builtin(String name, List<String> parameters, Body body) {
    static final String REST = "*";

    @FunctionalInterface
    interface Body {
        Value apply(Call call);
    }

    static Builtin of(String name, String parameters, Body body) {
        return new Builtin(name, parameters.isEmpty() ? List.of() : List.of(parameters.split(" ")), body);
    }

    static Map<String, Builtin> table(Builtin... builtins) {
        return Arrays.stream(builtins).collect(Collectors.toUnmodifiableMap(Builtin::name, Function.identity()));
    }

    Value apply(Value subject, Arguments arguments, Budget budget) {
        if (!parameters.contains(REST)) {
            refuseUnknown(arguments);
        }
        return body.apply(new Call(this, subject, arguments, budget));
    }

    private void refuseUnknown(Arguments arguments) {
        int given = arguments.positional().size();
        if (given > parameters.size()) {
            throw new Fault(name + " takes at most " + parameters.size() + " arguments, " + given + " given");
        }
        for (String argument : arguments.named().keySet()) {
            int index = parameters.indexOf(argument);
            if (index < 0) {
                throw new Fault(name + " has no parameter '" + argument + "'");
            }
            if (index < given) {
                throw new Fault(name + " got two values for '" + argument + "'");
            }
        }
    }
}
