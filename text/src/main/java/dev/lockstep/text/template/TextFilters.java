package dev.lockstep.text.template;

import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/** Filters that make text. Their subject is whatever it prints as. */
final class TextFilters {
    static final Map<String, Builtin> TABLE = Builtin.table(
            Builtin.of("string", "", call -> new Value.Text(call.subjectText())),
            Builtin.of("safe", "", call -> new Value.Text(call.subjectText())),
            Builtin.of("escape", "", TextFilters::escape),
            Builtin.of("e", "", TextFilters::escape),
            Builtin.of(
                    "upper", "", call -> call.budget().text(call.subjectText().toUpperCase(Locale.ROOT))),
            Builtin.of(
                    "lower", "", call -> call.budget().text(call.subjectText().toLowerCase(Locale.ROOT))),
            Builtin.of("capitalize", "", call -> call.budget().text(TextEdit.capitalize(call.subjectText()))),
            Builtin.of("title", "", call -> call.budget().text(title(call.subjectText()))),
            Builtin.of("trim", "chars", TextFilters::trim),
            Builtin.of("replace", "old new count", TextFilters::replace),
            Builtin.of("indent", "width first blank", TextFilters::indent),
            Builtin.of("center", "width", call -> TextEdit.pad(call, '^')),
            Builtin.of("truncate", "length killwords end leeway", TextFilters::truncate),
            Builtin.of("wordcount", "", TextFilters::wordCount),
            Builtin.of("urlencode", "", TextFilters::urlEncode),
            Builtin.of("format", Builtin.REST, TextFilters::format),
            Builtin.of("tojson", "ensure_ascii indent separators sort_keys", TextFilters::toJson));

    private TextFilters() {}

    private static Value escape(Call call) {
        String text = call.subjectText();
        call.budget().spend(5L * text.length());
        return new Value.Text(text.replace("&", "&amp;")
                .replace("<", "&lt;")
                .replace(">", "&gt;")
                .replace("'", "&#39;")
                .replace("\"", "&#34;"));
    }

    /** A word starts after a blank, a hyphen or an opening bracket. */
    private static String title(String text) {
        StringBuilder out = new StringBuilder(text.length());
        boolean starts = true;
        for (int c : text.codePoints().toArray()) {
            out.appendCodePoint(starts ? Character.toTitleCase(c) : Character.toLowerCase(c));
            starts = Whitespace.is(c) || "-({[<".indexOf(c) >= 0;
        }
        return out.toString();
    }

    private static Value trim(Call call) {
        Optional<String> chars = call.optionalText("chars");
        return call.budget().text(TextEdit.strip(call.subjectText(), true, true, chars, call.budget()));
    }

    private static Value replace(Call call) {
        return new Value.Text(TextEdit.replace(
                call.subjectText(),
                Printed.text(call.value("old"), call.budget()),
                Printed.text(call.value("new"), call.budget()),
                call.given("count")
                                .filter(count -> !(count instanceof Value.None))
                                .isPresent()
                        ? call.integer("count", -1)
                        : -1,
                call.budget()));
    }

    private static Value indent(Call call) {
        String unit = call.value("width", new Value.Int(4)) instanceof Value.Text(String text)
                ? text
                : blanks(call.integer("width", 4), call.budget());
        boolean blank = call.flag("blank", false);
        List<String> lines = TextSplit.lines(call.subjectText() + "\n", false);
        call.budget().spendElements(lines.size());
        call.budget().spend((long) unit.length() * lines.size());
        List<String> indented = new ArrayList<>();
        for (String line : lines) {
            boolean first = indented.isEmpty();
            boolean plain = first ? !call.flag("first", false) : line.isEmpty() && !blank;
            indented.add(plain ? line : unit + line);
        }
        return TextEdit.join(indented, "\n", call.budget());
    }

    private static String blanks(long count, Budget budget) {
        long width = Math.clamp(count, 0, Integer.MAX_VALUE);
        budget.spend(width);
        return " ".repeat((int) width);
    }

    private static Value truncate(Call call) {
        String text = call.subjectText();
        String end = call.printed("end", "...");
        long length = call.integer("length", 255);
        call.budget().spend(2L * text.length());
        int points = text.codePointCount(0, text.length());
        long kept = length - end.codePointCount(0, end.length());
        if (kept < 0) {
            throw new Fault("truncate needs a length of at least that of its end");
        }
        if (points <= length + call.integer("leeway", 5)) {
            return new Value.Text(text);
        }
        String cut = text.substring(0, text.offsetByCodePoints(0, (int) Math.min(kept, points)));
        int blank = cut.lastIndexOf(' ');
        boolean inWord = call.flag("killwords", false) || blank < 0;
        return new Value.Text((inWord ? cut : cut.substring(0, blank)) + end);
    }

    private static Value wordCount(Call call) {
        long words = 0;
        boolean inWord = false;
        String text = call.subjectText();
        call.budget().spend(text.length());
        for (int i = 0; i < text.length(); i += Character.charCount(text.codePointAt(i))) {
            int c = text.codePointAt(i);
            boolean letter = Character.isLetterOrDigit(c) || c == '_';
            words += letter && !inWord ? 1 : 0;
            inWord = letter;
        }
        return new Value.Int(words);
    }

    private static Value urlEncode(Call call) {
        if (call.subject() instanceof Value.Dict dict) {
            return call.budget()
                    .text(dict.entries().entrySet().stream()
                            .map(entry -> encode(entry.getKey(), "", call.budget()) + "="
                                    + encode(entry.getValue(), "", call.budget()))
                            .collect(Collectors.joining("&")));
        }
        return new Value.Text(encode(call.subject(), "/", call.budget()));
    }

    private static String encode(Value value, String kept, Budget budget) {
        String text = Printed.text(value, budget);
        budget.spend(9L * text.length());
        String encoded = URLEncoder.encode(text, StandardCharsets.UTF_8)
                .replace("+", kept.isEmpty() ? "+" : "%20")
                .replace("*", "%2A")
                .replace("%7E", "~");
        return kept.isEmpty() ? encoded : encoded.replace("%2F", "/");
    }

    private static Value format(Call call) {
        Arguments arguments = call.arguments();
        Value values = arguments.named().isEmpty()
                ? new Value.Sequence(Value.Kind.TUPLE, arguments.positional())
                : Variables.dict(arguments.named());
        return call.budget().text(PercentFormat.format(call.subjectText(), values, call.budget()));
    }

    private static Value toJson(Call call) {
        Optional<String> indent = switch (call.value("indent", Value.NONE)) {
            case Value.None _ -> Optional.empty();
            case Value.Text(String text) -> Optional.of(text);
            default -> Optional.of(blanks(call.integer("indent", 0), call.budget()));
        };
        String betweenItems = indent.isPresent() ? "," : ", ";
        String afterKey = ": ";
        Value separators = call.value("separators", Value.NONE);
        if (!(separators instanceof Value.None)) {
            List<Value> pair = Sequences.items(separators, call.budget());
            if (pair.size() != 2) {
                throw new Fault("the separators of tojson are two strings");
            }
            betweenItems = Printed.text(pair.getFirst(), call.budget());
            afterKey = Printed.text(pair.getLast(), call.budget());
        }
        PythonJson.Style style = new PythonJson.Style(
                indent, call.flag("ensure_ascii", false), call.flag("sort_keys", false), betweenItems, afterKey);
        return call.budget().text(PythonJson.write(call.subject(), style, call.budget()));
    }
}
