package dev.lockstep.text.grammar;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Turns the rules of a grammar into a {@link Network}. */
final class NetworkBuilder {
    /** A grammar of untrusted origin must not fill the memory. */
    private static final int MOST_NODES = 400_000;

    /** Parts of repetitions that are copied; larger ones become rules and are called. */
    private static final int LARGEST_COPY = 4;

    private record Edge(int first, int last, int target) {}

    private final Map<String, Expression> rules;
    private final Map<String, int[]> ends = new HashMap<>();
    private final Map<String, Expression> pending = new LinkedHashMap<>();
    private final Map<Expression, String> named = new HashMap<>();
    private final List<List<Edge>> edges = new ArrayList<>();
    private final List<List<Integer>> jumps = new ArrayList<>();
    private final List<List<Integer>> calls = new ArrayList<>();
    private final List<Boolean> ruleEnds = new ArrayList<>();
    private final List<Integer> alike = new ArrayList<>();

    private NetworkBuilder(Map<String, Expression> rules) {
        this.rules = rules;
    }

    /**
     * The network of a grammar.
     *
     * @throws GrammarException if a rule is missing or begins with itself, or the whole is too large
     */
    static Network build(Map<String, Expression> rules, String root) {
        LeftRecursion.check(rules);
        var builder = new NetworkBuilder(rules);
        int start = builder.rule(root)[0];
        while (!builder.pending.isEmpty()) {
            var next = builder.pending.entrySet().iterator().next();
            builder.pending.remove(next.getKey());
            int[] ends = builder.ends.get(next.getKey());
            builder.add(next.getValue(), ends[0], ends[1]);
        }
        return builder.finish(start);
    }

    /** First and last node of a rule, which is built later. */
    private int[] rule(String name) {
        int[] known = ends.get(name);
        if (known == null) {
            Expression expression = rules.get(name);
            if (expression == null) {
                throw new GrammarException("there is no rule \"" + name + "\"");
            }
            known = newRule(name, expression);
        }
        return known;
    }

    private int[] newRule(String name, Expression expression) {
        int[] both = {node(), node()};
        ruleEnds.set(both[1], true);
        ends.put(name, both);
        pending.put(name, expression);
        return both;
    }

    private int node() {
        if (edges.size() == MOST_NODES) {
            throw new GrammarException("the grammar is too large: it has more than " + MOST_NODES
                    + " nodes; repetitions like {0,1000} of large parts are the usual cause");
        }
        edges.add(new ArrayList<>(1));
        jumps.add(new ArrayList<>(1));
        calls.add(new ArrayList<>(1));
        ruleEnds.add(false);
        alike.add(edges.size() - 1);
        return edges.size() - 1;
    }

    private void add(Expression expression, int from, int to) {
        switch (expression) {
            case Expression.Letter(CodePoints set) ->
                Utf8.sequences(set).forEach(s -> bytes(s.first(), s.last(), from, to));
            case Expression.Literal(String text) -> literal(text, from, to);
            case Expression.Sequence(List<Expression> parts) -> {
                int at = from;
                for (int i = 0; i < parts.size(); i++) {
                    int next = i == parts.size() - 1 ? to : node();
                    add(parts.get(i), at, next);
                    at = next;
                }
                if (parts.isEmpty()) {
                    jumps.get(from).add(to);
                }
            }
            case Expression.Choice(List<Expression> options) -> options.forEach(option -> add(option, from, to));
            case Expression.Repeat repeat -> repeat(repeat, from, to);
            case Expression.Rule(String name) -> call(rule(name), from, to);
        }
    }

    private void call(int[] rule, int from, int to) {
        calls.get(from).add(rule[0]);
        calls.get(from).add(to);
    }

    private void literal(String text, int from, int to) {
        if (text.isEmpty()) {
            jumps.get(from).add(to);
            return;
        }
        int[] letters = text.codePoints().toArray();
        int at = from;
        for (int i = 0; i < letters.length; i++) {
            int next = i == letters.length - 1 ? to : node();
            add(new Expression.Letter(CodePoints.of(letters[i])), at, next);
            at = next;
        }
    }

    private void bytes(int[] first, int[] last, int from, int to) {
        int at = from;
        for (int i = 0; i < first.length; i++) {
            int next = i == first.length - 1 ? to : node();
            edges.get(at).add(new Edge(first[i], last[i], next));
            at = next;
        }
    }

    private void repeat(Expression.Repeat repeat, int from, int to) {
        Expression part = copyable(repeat.part(), repeat.max() == 1 || repeat.min() + repeat.max() <= 1);
        int at = from;
        int middle = at;
        for (int i = 0; i < repeat.min(); i++) {
            middle = far(i, repeat.min() - i, middle, at);
            int next = node();
            add(part, at, next);
            at = next;
        }
        if (repeat.max() == Expression.UNLIMITED) {
            int loop = node();
            jumps.get(at).add(loop);
            add(part, loop, loop);
            jumps.get(loop).add(to);
            return;
        }
        middle = at;
        for (int i = repeat.min(); i < repeat.max(); i++) {
            middle = far(i - repeat.min(), repeat.max() - i, middle, at);
            jumps.get(at).add(to);
            int next = node();
            add(part, at, next);
            at = next;
        }
        jumps.get(at).add(to);
    }

    /**
     * Notes that a place of a repetition is like the others that are as far from its end.
     *
     * @param done repetitions before it, and {@code left} behind it
     * @param middle the place that stands for all, once there is one
     */
    private int far(int done, int left, int middle, int node) {
        if (done == 0 || left <= TokenVocabulary.LONGEST) {
            return done == 1 ? node : middle;
        }
        int first = done == 1 ? node : middle;
        alike.set(node, first);
        return first;
    }

    /** The part itself if it is small or comes only once, else a call of a rule that says it. */
    private Expression copyable(Expression part, boolean once) {
        if (once || part instanceof Expression.Rule || size(part) <= LARGEST_COPY) {
            return part;
        }
        String name = named.computeIfAbsent(part, _ -> " part " + named.size());
        if (!ends.containsKey(name)) {
            newRule(name, part);
        }
        return new Expression.Rule(name);
    }

    private static int size(Expression expression) {
        return switch (expression) {
            case Expression.Letter(CodePoints set) -> Utf8.sequences(set).size();
            case Expression.Literal(String text) -> text.length();
            case Expression.Sequence(List<Expression> parts) ->
                parts.stream().mapToInt(NetworkBuilder::size).sum();
            case Expression.Choice(List<Expression> options) ->
                options.stream().mapToInt(NetworkBuilder::size).sum();
            case Expression.Repeat repeat -> size(repeat.part()) * (1 + Math.max(repeat.min(), repeat.max()));
            case Expression.Rule _ -> 1;
        };
    }

    private Network finish(int start) {
        int count = edges.size();
        int total = edges.stream().mapToInt(List::size).sum();
        int[] edgeStart = new int[count + 1];
        int[] first = new int[total];
        int[] last = new int[total];
        int[] target = new int[total];
        boolean[] cut = new boolean[257];
        int at = 0;
        for (int node = 0; node < count; node++) {
            edgeStart[node] = at;
            for (Edge edge : edges.get(node)) {
                first[at] = edge.first();
                last[at] = edge.last();
                target[at] = edge.target();
                cut[edge.first()] = true;
                cut[edge.last() + 1] = true;
                at++;
            }
        }
        edgeStart[count] = at;
        int[] byteClass = new int[256];
        int classes = 0;
        for (int b = 0; b < 256; b++) {
            classes += b > 0 && cut[b] ? 1 : 0;
            byteClass[b] = classes;
        }
        boolean[] ruleEnd = new boolean[count];
        for (int node = 0; node < count; node++) {
            ruleEnd[node] = ruleEnds.get(node);
        }
        return new Network(
                start,
                edgeStart,
                first,
                last,
                target,
                arrays(jumps),
                arrays(calls),
                ruleEnd,
                alike.stream().mapToInt(Integer::intValue).toArray(),
                byteClass,
                classes + 1);
    }

    private static int[][] arrays(List<List<Integer>> lists) {
        int[] none = new int[0];
        return lists.stream()
                .map(list -> list.isEmpty()
                        ? none
                        : list.stream().mapToInt(Integer::intValue).toArray())
                .toArray(int[][]::new);
    }
}
