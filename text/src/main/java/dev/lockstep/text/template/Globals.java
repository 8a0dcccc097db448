package dev.lockstep.text.template;

import java.time.Clock;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** The functions that every template can call. */
final class Globals {
    /** The limit of the sandbox of the original. */
    private static final long MAX_RANGE = 100_000;

    private Globals() {}

    static Map<String, Value> of(Clock clock, Budget budget) {
        Map<String, Value> globals = new HashMap<>();
        define(globals, "range", "start stop step", budget, Globals::range);
        define(globals, "raise_exception", "message", budget, call -> {
            throw Fault.raisedByTemplate(call.printed("message", ""));
        });
        define(globals, "strftime_now", "format", budget, call -> {
            call.budget().spendElements(call.text("format").length());
            return call.budget().text(Strftime.format(call.text("format"), clock));
        });
        define(globals, "namespace", Builtin.REST, budget, call -> new Namespace(fields(call)));
        define(globals, "dict", Builtin.REST, budget, call -> Variables.dict(fields(call)));
        define(
                globals,
                "cycler",
                Builtin.REST,
                budget,
                call -> new Cycler(call.arguments().positional()));
        define(globals, "joiner", "sep", budget, Globals::joiner);
        return globals;
    }

    private static void define(
            Map<String, Value> globals, String name, String parameters, Budget budget, Builtin.Body body) {
        Builtin builtin = Builtin.of(name, parameters, body);
        globals.put(name, new Value.Function(name, arguments -> builtin.apply(Value.NONE, arguments, budget)));
    }

    private static Value range(Call call) {
        boolean onlyStop = call.given("stop").isEmpty();
        long first = Numbers.integer(call.value("start"));
        long start = onlyStop ? 0 : first;
        long stop = onlyStop ? first : call.integer("stop", 0);
        long step = call.integer("step", 1);
        if (step == 0) {
            throw new Fault("the step of a range cannot be zero");
        }
        List<Value> items = new ArrayList<>();
        for (long i = start; step > 0 ? i < stop : i > stop; i += step) {
            if (items.size() == MAX_RANGE) {
                throw new Fault("a range ends after " + MAX_RANGE + " numbers");
            }
            call.budget().spendElements(1);
            items.add(new Value.Int(i));
            if (step > 0 ? i > Long.MAX_VALUE - step : i < Long.MIN_VALUE - step) {
                break;
            }
        }
        return new Value.Sequence(Value.Kind.RANGE, items);
    }

    /** Fields of a new namespace or dict: those of dicts given as they are, then the named ones. */
    private static Map<String, Value> fields(Call call) {
        Map<String, Value> fields = new LinkedHashMap<>();
        for (Value given : call.arguments().positional()) {
            if (!(given instanceof Value.Dict(Map<Value, Value> entries))) {
                throw new Fault(call.builtin().name() + " takes named values or dicts, not " + given.typeName());
            }
            call.budget().spendElements(entries.size());
            entries.forEach((key, value) -> fields.put(Printed.text(key, call.budget()), value));
        }
        fields.putAll(call.arguments().named());
        return fields;
    }

    private static Value joiner(Call call) {
        Value separator = call.value("sep", new Value.Text(", "));
        Namespace state = new Namespace(Map.of());
        return new Value.Function("joiner", _ -> {
            boolean used = state.attribute("used") != null;
            state.set("used", Value.TRUE);
            return used ? separator : new Value.Text("");
        });
    }
}
