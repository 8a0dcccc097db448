package dev.lockstep.text.template;

import java.util.List;
import org.jspecify.annotations.Nullable;

/** What the global {@code cycler} makes: gives its values in turn. */
final class Cycler implements Value.Special {
    private final List<Value> values;
    private int index;

    Cycler(List<Value> values) {
        if (values.isEmpty()) {
            throw new Fault("cycler needs at least one value");
        }
        this.values = values;
    }

    @Override
    public String specialType() {
        return "Cycler";
    }

    @Override
    public @Nullable Value attribute(String name) {
        return switch (name) {
            case "current" -> values.get(index);
            case "next" ->
                new Value.Function("cycler.next", _ -> {
                    Value value = values.get(index);
                    index = (index + 1) % values.size();
                    return value;
                });
            case "reset" ->
                new Value.Function("cycler.reset", _ -> {
                    index = 0;
                    return Value.NONE;
                });
            default -> null;
        };
    }
}
