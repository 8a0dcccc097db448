package dev.lockstep.text.template;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.IntPredicate;

/** The methods of Python strings that templates use. */
final class StringMethods {
    static final Map<String, Builtin> TABLE = Builtin.table(
            Builtin.of("strip", "chars", call -> strip(call, true, true)),
            Builtin.of("lstrip", "chars", call -> strip(call, true, false)),
            Builtin.of("rstrip", "chars", call -> strip(call, false, true)),
            Builtin.of("split", "sep maxsplit", call -> split(call, false)),
            Builtin.of("rsplit", "sep maxsplit", call -> split(call, true)),
            Builtin.of("splitlines", "keepends", StringMethods::splitLines),
            Builtin.of("partition", "sep", call -> partition(call, false)),
            Builtin.of("rpartition", "sep", call -> partition(call, true)),
            Builtin.of("startswith", "prefix", call -> hasAffix(call, "prefix", subject(call)::startsWith)),
            Builtin.of("endswith", "suffix", call -> hasAffix(call, "suffix", subject(call)::endsWith)),
            Builtin.of("removeprefix", "prefix", StringMethods::removePrefix),
            Builtin.of("removesuffix", "suffix", StringMethods::removeSuffix),
            Builtin.of("upper", "", call -> call.budget().text(subject(call).toUpperCase(Locale.ROOT))),
            Builtin.of("lower", "", call -> call.budget().text(subject(call).toLowerCase(Locale.ROOT))),
            Builtin.of("capitalize", "", call -> call.budget().text(TextEdit.capitalize(subject(call)))),
            Builtin.of("title", "", call -> call.budget().text(TextEdit.titleAfterNonLetters(subject(call)))),
            Builtin.of("replace", "old new count", StringMethods::replace),
            Builtin.of("find", "sub", call -> find(call, false)),
            Builtin.of("rfind", "sub", call -> find(call, true)),
            Builtin.of("index", "sub", call -> found(find(call, false))),
            Builtin.of("rindex", "sub", call -> found(find(call, true))),
            Builtin.of("count", "sub", StringMethods::count),
            Builtin.of("join", "iterable", StringMethods::join),
            Builtin.of("format", Builtin.REST, StringMethods::format),
            Builtin.of("zfill", "width", StringMethods::zeroFill),
            Builtin.of("ljust", "width", call -> TextEdit.pad(call, '<')),
            Builtin.of("rjust", "width", call -> TextEdit.pad(call, '>')),
            Builtin.of("center", "width", call -> TextEdit.pad(call, '^')),
            Builtin.of("isdigit", "", call -> all(call, Character::isDigit)),
            Builtin.of("isdecimal", "", call -> all(call, Character::isDigit)),
            Builtin.of("isnumeric", "", call -> all(call, Character::isDigit)),
            Builtin.of("isalpha", "", call -> all(call, Character::isLetter)),
            Builtin.of("isalnum", "", call -> all(call, Character::isLetterOrDigit)),
            Builtin.of("isspace", "", call -> all(call, Whitespace::is)),
            Builtin.of("isupper", "", call -> Value.of(TextEdit.hasOnlyCase(subject(call), true))),
            Builtin.of("islower", "", call -> Value.of(TextEdit.hasOnlyCase(subject(call), false))));

    private StringMethods() {}

    private static String subject(Call call) {
        return ((Value.Text) call.subject()).text();
    }

    private static Value strip(Call call, boolean left, boolean right) {
        Optional<String> chars = call.optionalText("chars");
        return call.budget().text(TextEdit.strip(subject(call), left, right, chars, call.budget()));
    }

    private static Value split(Call call, boolean fromRight) {
        long most = call.integer("maxsplit", -1);
        int limit = most < 0 ? Integer.MAX_VALUE : Math.clamp(most, 0, Integer.MAX_VALUE);
        String text = subject(call);
        call.budget().spend(2L * text.length());
        Optional<String> separator = call.optionalText("sep");
        separator.ifPresent(s -> call.budget().spendSearch(text, s));
        List<String> parts = separator.isPresent()
                ? TextSplit.bySeparator(text, separator.get(), limit, fromRight)
                : TextSplit.byWhitespace(text, limit, fromRight);
        return texts(parts, call.budget());
    }

    private static Value splitLines(Call call) {
        call.budget().spend(subject(call).length());
        return texts(TextSplit.lines(subject(call), call.flag("keepends", false)), call.budget());
    }

    private static Value texts(List<String> parts, Budget budget) {
        budget.spendElements(parts.size());
        return Value.list(parts.stream().<Value>map(Value.Text::new).toList());
    }

    private static Value partition(Call call, boolean last) {
        String text = subject(call);
        String separator = call.text("sep");
        if (separator.isEmpty()) {
            throw new Fault("the separator is empty");
        }
        call.budget().spendSearch(text, separator);
        call.budget().spend(text.length());
        int at = last ? text.lastIndexOf(separator) : text.indexOf(separator);
        Value empty = new Value.Text("");
        if (at < 0) {
            return last ? Value.tuple(empty, empty, call.subject()) : Value.tuple(call.subject(), empty, empty);
        }
        return Value.tuple(
                new Value.Text(text.substring(0, at)),
                new Value.Text(separator),
                new Value.Text(text.substring(at + separator.length())));
    }

    private static Value hasAffix(Call call, String parameter, java.util.function.Predicate<String> test) {
        if (call.value(parameter) instanceof Value.Sequence(Value.Kind kind, List<Value> items)
                && kind == Value.Kind.TUPLE) {
            return Value.of(items.stream()
                    .anyMatch(item -> item instanceof Value.Text(String text) && test.test(text)));
        }
        return Value.of(test.test(call.text(parameter)));
    }

    private static Value removePrefix(Call call) {
        String text = subject(call);
        String prefix = call.text("prefix");
        return text.startsWith(prefix) ? call.budget().text(text.substring(prefix.length())) : call.subject();
    }

    private static Value removeSuffix(Call call) {
        String text = subject(call);
        String suffix = call.text("suffix");
        return text.endsWith(suffix)
                ? call.budget().text(text.substring(0, text.length() - suffix.length()))
                : call.subject();
    }

    private static Value replace(Call call) {
        return new Value.Text(TextEdit.replace(
                subject(call), call.text("old"), call.text("new"), call.integer("count", -1), call.budget()));
    }

    private static Value.Int find(Call call, boolean last) {
        String text = subject(call);
        String wanted = call.text("sub");
        call.budget().spendSearch(text, wanted);
        int at = last ? text.lastIndexOf(wanted) : text.indexOf(wanted);
        return new Value.Int(at < 0 ? -1 : text.codePointCount(0, at));
    }

    private static Value found(Value.Int index) {
        if (index.value() < 0) {
            throw new Fault("the substring is not in the string");
        }
        return index;
    }

    private static Value count(Call call) {
        String text = subject(call);
        String wanted = call.text("sub");
        call.budget().spendSearch(text, wanted);
        return new Value.Int(TextEdit.occurrences(text, wanted, Long.MAX_VALUE));
    }

    private static Value join(Call call) {
        List<String> parts = new ArrayList<>();
        for (Value item : Sequences.items(call.value("iterable"), call.budget())) {
            if (!(item instanceof Value.Text(String text))) {
                throw new Fault("join needs strings, found " + item.typeName());
            }
            parts.add(text);
        }
        return TextEdit.join(parts, subject(call), call.budget());
    }

    private static Value format(Call call) {
        return call.budget().text(BraceFormat.format(subject(call), call.arguments(), call.budget()));
    }

    private static Value zeroFill(Call call) {
        String text = subject(call);
        long missing = Math.max(0, call.integer("width", 0) - Sequences.length(call.subject(), call.budget()));
        call.budget().spend(missing + text.length());
        int sign = text.startsWith("-") || text.startsWith("+") ? 1 : 0;
        return new Value.Text(text.substring(0, sign) + "0".repeat((int) missing) + text.substring(sign));
    }

    private static Value all(Call call, IntPredicate property) {
        String text = subject(call);
        call.budget().spend(text.length());
        return Value.of(!text.isEmpty() && text.codePoints().allMatch(property));
    }
}
