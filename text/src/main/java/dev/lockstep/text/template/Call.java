package dev.lockstep.text.template;

import java.util.Optional;

/** One application of a builtin: the subject (what stands left of the dot or the bar), the arguments, the budget. */
record Call(Builtin builtin, Value subject, Arguments arguments, Budget budget) {

    Optional<Value> given(String parameter) {
        int index = builtin.parameters().indexOf(parameter);
        if (index < arguments.positional().size()) {
            return Optional.of(arguments.positional().get(index));
        }
        return Optional.ofNullable(arguments.named().get(parameter));
    }

    Value value(String parameter) {
        return given(parameter).orElseThrow(() -> new Fault(builtin.name() + " needs a value for '" + parameter + "'"));
    }

    Value value(String parameter, Value otherwise) {
        return given(parameter).orElse(otherwise);
    }

    boolean flag(String parameter, boolean otherwise) {
        return given(parameter).map(Value::truthy).orElse(otherwise);
    }

    long integer(String parameter, long otherwise) {
        return given(parameter).map(value -> integerOf(parameter, value)).orElse(otherwise);
    }

    /** A string argument, strictly: methods of text take nothing else. */
    String text(String parameter) {
        return textOf(parameter, value(parameter));
    }

    Optional<String> optionalText(String parameter) {
        return given(parameter).filter(value -> !(value instanceof Value.None)).map(value -> textOf(parameter, value));
    }

    /** The argument as the text that it would print. */
    String printed(String parameter, String otherwise) {
        return given(parameter).map(value -> Printed.text(value, budget)).orElse(otherwise);
    }

    /** The subject as the text that it would print. */
    String subjectText() {
        return Printed.text(subject, budget);
    }

    private long integerOf(String parameter, Value value) {
        return switch (value) {
            case Value.Int number -> number.value();
            case Value.Bool bool -> bool.value() ? 1 : 0;
            default ->
                throw new Fault(builtin.name() + " needs an integer for '" + parameter + "', not " + value.typeName());
        };
    }

    private String textOf(String parameter, Value value) {
        if (value instanceof Value.Text(String text)) {
            return text;
        }
        throw new Fault(builtin.name() + " needs a string for '" + parameter + "', not " + value.typeName());
    }
}
