package dev.lockstep.text.template;

import java.util.List;
import org.jspecify.annotations.Nullable;

/** The variable {@code loop} of a for loop. Its depth counts recursion, not nesting, so it is always the first. */
final class Loop implements Value.Special {
    private final List<Value> items;
    private final Budget budget;
    private int index = -1;
    private @Nullable Value lastChanged;

    Loop(List<Value> items, Budget budget) {
        this.items = items;
        this.budget = budget;
    }

    void advance() {
        index++;
    }

    @Override
    public String specialType() {
        return "LoopContext";
    }

    @Override
    public @Nullable Value attribute(String name) {
        return switch (name) {
            case "index" -> new Value.Int(index + 1L);
            case "index0" -> new Value.Int(index);
            case "revindex" -> new Value.Int((long) items.size() - index);
            case "revindex0" -> new Value.Int(items.size() - index - 1L);
            case "first" -> Value.of(index == 0);
            case "last" -> Value.of(index == items.size() - 1);
            case "length" -> new Value.Int(items.size());
            case "depth" -> new Value.Int(1);
            case "depth0" -> new Value.Int(0);
            case "previtem" -> neighbour(index - 1, "there is no previous item");
            case "nextitem" -> neighbour(index + 1, "there is no next item");
            case "cycle" -> new Value.Function("loop.cycle", arguments -> cycle(arguments.positional()));
            case "changed" ->
                new Value.Function("loop.changed", arguments -> changed(Value.list(arguments.positional())));
            default -> null;
        };
    }

    private Value neighbour(int at, String reason) {
        return at >= 0 && at < items.size() ? items.get(at) : new Value.Undefined(reason);
    }

    private Value cycle(List<Value> values) {
        if (values.isEmpty()) {
            throw new Fault("loop.cycle needs at least one value");
        }
        return values.get(index % values.size());
    }

    private Value changed(Value now) {
        boolean changed = lastChanged == null || !Comparisons.equal(lastChanged, now, budget);
        lastChanged = now;
        return Value.of(changed);
    }
}
