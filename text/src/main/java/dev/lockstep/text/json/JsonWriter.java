package dev.lockstep.text.json;

import java.util.Iterator;
import java.util.List;
import java.util.Map;

/** Writes values without any space; what lies outside ASCII stays as it is. */
final class JsonWriter {
    private final StringBuilder out = new StringBuilder();

    private JsonWriter() {}

    static String write(Json value) {
        var writer = new JsonWriter();
        writer.value(value);
        return writer.out.toString();
    }

    private void value(Json value) {
        switch (value) {
            case Json.Obj(Map<String, Json> members) -> object(members);
            case Json.Arr(List<Json> items) -> array(items);
            case Json.Str(String text) -> string(text);
            case Json.Num(String literal) -> out.append(literal);
            case Json.Bool(boolean bool) -> out.append(bool);
            case Json.Null _ -> out.append("null");
        }
    }

    private void object(Map<String, Json> members) {
        out.append('{');
        for (Iterator<Map.Entry<String, Json>> rest = members.entrySet().iterator(); rest.hasNext(); ) {
            Map.Entry<String, Json> member = rest.next();
            string(member.getKey());
            out.append(':');
            value(member.getValue());
            out.append(rest.hasNext() ? "," : "");
        }
        out.append('}');
    }

    private void array(List<Json> items) {
        out.append('[');
        for (Iterator<Json> rest = items.iterator(); rest.hasNext(); ) {
            value(rest.next());
            out.append(rest.hasNext() ? "," : "");
        }
        out.append(']');
    }

    private void string(String text) {
        JsonStrings.append(out, text, false);
    }
}
