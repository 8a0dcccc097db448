package dev.lockstep.text.template;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** Filters over sequences as a whole: length, ends, order, joining, grouping. */
final class SequenceFilters {
    static final Map<String, Builtin> TABLE = Builtin.table(
            Builtin.of("length", "", call -> new Value.Int(Sequences.length(call.subject(), call.budget()))),
            Builtin.of("count", "", call -> new Value.Int(Sequences.length(call.subject(), call.budget()))),
            Builtin.of("list", "", call -> Value.list(items(call))),
            Builtin.of("first", "", call -> end(call, true)),
            Builtin.of("last", "", call -> end(call, false)),
            Builtin.of("reverse", "", SequenceFilters::reverse),
            Builtin.of("join", "d attribute", SequenceFilters::join),
            Builtin.of("sum", "attribute start", SequenceFilters::sum),
            Builtin.of("min", "case_sensitive attribute", call -> extreme(call, 1)),
            Builtin.of("max", "case_sensitive attribute", call -> extreme(call, -1)),
            Builtin.of("sort", "reverse case_sensitive attribute", SequenceFilters::sort),
            Builtin.of("dictsort", "case_sensitive by reverse", SequenceFilters::sortDict),
            Builtin.of("unique", "case_sensitive attribute", SequenceFilters::unique),
            Builtin.of("groupby", "attribute default case_sensitive", SequenceFilters::group),
            Builtin.of("batch", "linecount fill_with", SequenceFilters::batch),
            Builtin.of("items", "", SequenceFilters::pairs));

    private SequenceFilters() {}

    private static List<Value> items(Call call) {
        return Sequences.items(call.subject(), call.budget());
    }

    private static Value end(Call call, boolean first) {
        List<Value> items = items(call);
        if (items.isEmpty()) {
            return new Value.Undefined("there is no " + (first ? "first" : "last") + " item, the sequence is empty");
        }
        return first ? items.getFirst() : items.getLast();
    }

    private static Value reverse(Call call) {
        if (call.subject() instanceof Value.Text(String text)) {
            return call.budget().text(new StringBuilder(text).reverse().toString());
        }
        return Value.generator(items(call).reversed());
    }

    private static Value join(Call call) {
        List<String> parts = new ArrayList<>();
        for (Value item : items(call)) {
            String part = Printed.text(attribute(call, item), call.budget());
            call.budget().spendElements(1);
            parts.add(part);
        }
        return TextEdit.join(parts, call.printed("d", ""), call.budget());
    }

    /** The item itself, or the attribute of it that the call names. */
    private static Value attribute(Call call, Value item) {
        Value path = call.value("attribute", Value.NONE);
        return path instanceof Value.None ? item : Access.path(item, path, call.budget());
    }

    private static Value sum(Call call) {
        Value sum = call.value("start", new Value.Int(0));
        for (Value item : items(call)) {
            sum = Arithmetic.apply(Operator.ADD, sum, attribute(call, item), call.budget());
        }
        return sum;
    }

    private static Value extreme(Call call, int sign) {
        List<Value> items = items(call);
        if (items.isEmpty()) {
            return new Value.Undefined("there is no smallest or largest item, the sequence is empty");
        }
        Value best = items.getFirst();
        for (Value item : items) {
            Relation relation = sign > 0 ? Relation.LESS : Relation.GREATER;
            if (Comparisons.holds(relation, key(call, item), key(call, best), call.budget())) {
                best = item;
            }
        }
        return best;
    }

    /** What an item is ordered or grouped by: its attribute, in lower case unless case matters. */
    private static Value key(Call call, Value item) {
        return folded(call, attribute(call, item));
    }

    private static Value folded(Call call, Value value) {
        boolean fold = value instanceof Value.Text && !call.flag("case_sensitive", false);
        return fold ? call.budget().text(((Value.Text) value).text().toLowerCase(Locale.ROOT)) : value;
    }

    private record Keyed(Value key, Value item) {}

    private static List<Value> sorted(Call call, List<Keyed> keyed, boolean reverse) {
        Comparator<Keyed> order =
                (left, right) -> Comparisons.compare(left.key(), right.key(), Relation.LESS, call.budget());
        keyed.sort(reverse ? order.reversed() : order);
        return keyed.stream().map(Keyed::item).toList();
    }

    private static Value sort(Call call) {
        List<Keyed> keyed = new ArrayList<>();
        for (Value item : items(call)) {
            call.budget().spendElements(1);
            keyed.add(new Keyed(keys(call, item), item));
        }
        return Value.list(sorted(call, keyed, call.flag("reverse", false)));
    }

    /** Sorting may name several attributes with commas between them. */
    private static Value keys(Call call, Value item) {
        if (!(call.value("attribute", Value.NONE) instanceof Value.Text(String paths)) || paths.indexOf(',') < 0) {
            return key(call, item);
        }
        List<Value> keys = new ArrayList<>();
        for (String path : paths.split(",")) {
            keys.add(folded(call, Access.path(item, new Value.Text(path), call.budget())));
        }
        return Value.list(keys);
    }

    private static Value sortDict(Call call) {
        String by = call.printed("by", "key");
        if (!by.equals("key") && !by.equals("value")) {
            throw new Fault("dictsort sorts by 'key' or by 'value', not by '" + by + "'");
        }
        List<Keyed> keyed = new ArrayList<>();
        for (Value pair : dictItems(call, Value.Kind.LIST)) {
            List<Value> parts = ((Value.Sequence) pair).items();
            keyed.add(new Keyed(folded(call, by.equals("key") ? parts.getFirst() : parts.getLast()), pair));
        }
        return Value.list(sorted(call, keyed, call.flag("reverse", false)));
    }

    private static List<Value> dictItems(Call call, Value.Kind kind) {
        if (call.subject() instanceof Value.Dict dict) {
            return ((Value.Sequence) ContainerMethods.items(dict, kind, call.budget())).items();
        }
        throw new Fault(
                call.builtin().name() + " needs a dict, not " + call.subject().typeName());
    }

    private static Value pairs(Call call) {
        boolean undefined = call.subject() instanceof Value.Undefined;
        return Value.generator(undefined ? List.of() : dictItems(call, Value.Kind.GENERATOR));
    }

    private static Value unique(Call call) {
        List<Value> kept = new ArrayList<>();
        List<Value> keys = new ArrayList<>();
        for (Value item : items(call)) {
            Value key = key(call, item);
            if (!Comparisons.contains(Value.list(keys), key, call.budget())) {
                keys.add(key);
                kept.add(item);
            }
        }
        return Value.generator(kept);
    }

    private static Value group(Call call) {
        List<Keyed> keyed = new ArrayList<>();
        for (Value item : items(call)) {
            Value found = Access.path(item, call.value("attribute"), call.budget());
            Value key = found instanceof Value.Undefined ? call.value("default", found) : found;
            call.budget().spendElements(1);
            keyed.add(new Keyed(folded(call, key), Value.tuple(key, item)));
        }
        List<Value> groups = new ArrayList<>();
        List<Value> members = new ArrayList<>();
        List<Value> pairs = sorted(call, keyed, false);
        for (int i = 0; i < pairs.size(); i++) {
            Value.Sequence pair = (Value.Sequence) pairs.get(i);
            members.add(pair.items().getLast());
            Value key = pair.items().getFirst();
            boolean last = i + 1 == pairs.size();
            if (last
                    || !sameGroup(
                            call,
                            key,
                            ((Value.Sequence) pairs.get(i + 1)).items().getFirst())) {
                Value grouper = folded(call, key) == key ? key : firstKey(members, call);
                groups.add(Value.tuple(grouper, Value.list(List.copyOf(members))));
                members.clear();
            }
        }
        return Value.list(groups);
    }

    private static boolean sameGroup(Call call, Value left, Value right) {
        return Comparisons.equal(folded(call, left), folded(call, right), call.budget());
    }

    private static Value firstKey(List<Value> members, Call call) {
        Value found = Access.path(members.getFirst(), call.value("attribute"), call.budget());
        return found instanceof Value.Undefined ? call.value("default", found) : found;
    }

    private static Value batch(Call call) {
        int size = Math.clamp(call.integer("linecount", 1), 1, Integer.MAX_VALUE);
        List<Value> items = items(call);
        List<Value> batches = new ArrayList<>();
        for (int from = 0; from < items.size(); from += Math.min(size, items.size())) {
            List<Value> batch = new ArrayList<>(items.subList(from, (int) Math.min((long) from + size, items.size())));
            Value filler = call.value("fill_with", Value.NONE);
            if (!(filler instanceof Value.None)) {
                call.budget().spend(size);
                while (batch.size() < size) {
                    batch.add(filler);
                }
            }
            call.budget().spendElements(1);
            batches.add(Value.list(batch));
        }
        return Value.generator(batches);
    }
}
