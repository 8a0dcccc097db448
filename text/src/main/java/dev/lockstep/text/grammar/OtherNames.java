package dev.lockstep.text.grammar;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/** Names that are none of some given ones: as soon as a character differs from all of them, everything may follow. */
final class OtherNames {
    private final Map<Integer, OtherNames> next = new TreeMap<>();
    private boolean isName;

    private OtherNames() {}

    /** As strings with quotes; characters that need no escape only, so that nothing else spells one of the names. */
    static Expression than(Set<String> names) {
        var root = new OtherNames();
        for (String name : names) {
            OtherNames node = root;
            for (int letter : name.codePoints().toArray()) {
                node = node.next.computeIfAbsent(letter, _ -> new OtherNames());
            }
            node.isName = true;
        }
        return JsonText.quoted(root.rest());
    }

    private Expression rest() {
        List<Expression> options = new ArrayList<>();
        CodePoints different = CodePoints.of(' ', CodePoints.LAST).without(CodePoints.anyOf("\"\\"));
        Expression anything = Expression.anyNumber(new Expression.Letter(different));
        for (Map.Entry<Integer, OtherNames> letter : next.entrySet()) {
            options.add(Expression.sequence(
                    JsonText.written(CodePoints.of(letter.getKey())),
                    letter.getValue().rest()));
            different = different.without(CodePoints.of(letter.getKey()));
        }
        options.add(Expression.sequence(new Expression.Letter(different), anything));
        if (!isName) {
            options.add(Expression.EMPTY);
        }
        return new Expression.Choice(options);
    }
}
