package dev.lockstep.text.template;

import java.util.ArrayList;
import java.util.List;

/** Items, lengths and slices of whatever has them; strings count code points. */
final class Sequences {
    private Sequences() {}

    /** What a for loop over the value would see. */
    static List<Value> items(Value value, Budget budget) {
        return switch (value) {
            case Value.Sequence sequence -> {
                budget.spend(sequence.items().size());
                yield sequence.items();
            }
            case Value.Dict dict -> {
                budget.spend(dict.entries().size());
                yield List.copyOf(dict.entries().keySet());
            }
            case Value.Text(String text) -> characters(text, budget);
            case Value.Undefined _ -> List.of();
            case Value.Int _, Value.Real _, Value.Bool _, Value.None _, Value.Function _, Value.Special _ ->
                throw new Fault("a value of type " + value.typeName() + " has no items to go through");
        };
    }

    private static List<Value> characters(String text, Budget budget) {
        budget.spendElements(text.length());
        List<Value> characters = new ArrayList<>(text.length());
        text.codePoints().forEach(c -> characters.add(new Value.Text(Character.toString(c))));
        return characters;
    }

    static long length(Value value, Budget budget) {
        return switch (value) {
            case Value.Text(String text) -> {
                budget.spend(text.length() / 8);
                yield text.codePointCount(0, text.length());
            }
            case Value.Sequence sequence
            when sequence.kind().sized() -> sequence.items().size();
            case Value.Dict dict -> dict.entries().size();
            case Value.Undefined _ -> 0;
            default -> throw new Fault("a value of type " + value.typeName() + " has no length");
        };
    }

    static Value slice(Value value, Value start, Value stop, Value step, Budget budget) {
        return switch (value) {
            case Value.Text(String text) -> sliceText(text, start, stop, step, budget);
            case Value.Sequence sequence
            when sequence.kind().indexable() -> {
                List<Value> items = new ArrayList<>();
                List<Value> all = sequence.items();
                Slice slice = Slice.of(start, stop, step, all.size());
                budget.spend(all.size());
                slice.indices().forEach(i -> items.add(all.get((int) i)));
                yield new Value.Sequence(sequence.kind(), items);
            }
            case Value.Undefined undefined -> throw undefined.fault();
            // As in the original: a slice of none or of a number is undefined, and prints as nothing.
            default -> new Value.Undefined("a value of type " + value.typeName() + " cannot be sliced");
        };
    }

    private static Value sliceText(String text, Value start, Value stop, Value step, Budget budget) {
        budget.spend(text.length());
        int[] points = text.codePoints().toArray();
        Slice slice = Slice.of(start, stop, step, points.length);
        if (slice.step() == 1) {
            int from = (int) slice.start();
            return new Value.Text(new String(points, from, (int) Math.max(0, slice.stop() - from)));
        }
        StringBuilder out = new StringBuilder();
        slice.indices().forEach(i -> out.appendCodePoint(points[(int) i]));
        return new Value.Text(out.toString());
    }
}
