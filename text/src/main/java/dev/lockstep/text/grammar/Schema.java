package dev.lockstep.text.grammar;

import dev.lockstep.text.json.Json;
import java.math.BigDecimal;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** Reads the keywords of one schema object, and refuses those that would not be kept. */
final class Schema {
    /** Keywords that forbid values and that no part of the compiler knows. */
    private static final Set<String> UNSUPPORTED = Set.of(
            "not",
            "if",
            "then",
            "else",
            "dependentRequired",
            "dependentSchemas",
            "dependencies",
            "contains",
            "minContains",
            "maxContains",
            "unevaluatedItems",
            "contentSchema",
            "$dynamicRef",
            "$recursiveRef");

    private final Json.Obj object;
    private final String place;

    /** @param place for messages: a JSON pointer */
    Schema(Json.Obj object, String place) {
        this.object = object;
        this.place = place;
        for (String keyword : object.members().keySet()) {
            if (UNSUPPORTED.contains(keyword)) {
                throw refuse("\"" + keyword + "\" is not supported");
            }
        }
    }

    String place() {
        return place;
    }

    Set<String> keywords() {
        return object.members().keySet();
    }

    boolean has(String keyword) {
        return object.members().containsKey(keyword);
    }

    Optional<Json> get(String keyword) {
        return object.get(keyword);
    }

    /** The same without some keywords. */
    Schema without(String... keywords) {
        Map<String, Json> members = new LinkedHashMap<>(object.members());
        List.of(keywords).forEach(members::remove);
        return new Schema(new Json.Obj(members), place);
    }

    /** The same with one keyword set to something else. */
    Schema with(String keyword, Json value) {
        Map<String, Json> members = new LinkedHashMap<>(object.members());
        members.put(keyword, value);
        return new Schema(new Json.Obj(members), place);
    }

    Json.Obj object() {
        return object;
    }

    /** Refuses keywords of which one could think that they were kept. */
    void refuseAny(String reason, String... keywords) {
        for (String keyword : keywords) {
            if (has(keyword)) {
                throw refuse("\"" + keyword + "\" " + reason);
            }
        }
    }

    Optional<String> string(String keyword) {
        return get(keyword).map(value -> {
            if (value instanceof Json.Str(String text)) {
                return text;
            }
            throw refuse("\"" + keyword + "\" must be a string");
        });
    }

    Optional<Boolean> bool(String keyword) {
        return get(keyword).map(value -> {
            if (value instanceof Json.Bool(boolean bool)) {
                return bool;
            }
            throw refuse("\"" + keyword + "\" must be true or false");
        });
    }

    Optional<List<Json>> array(String keyword) {
        return get(keyword).map(value -> {
            if (value instanceof Json.Arr(List<Json> items)) {
                return items;
            }
            throw refuse("\"" + keyword + "\" must be an array");
        });
    }

    Map<String, Json> map(String keyword) {
        return get(keyword)
                .map(value -> {
                    if (value instanceof Json.Obj(Map<String, Json> members)) {
                        return members;
                    }
                    throw refuse("\"" + keyword + "\" must be an object");
                })
                .orElse(Map.of());
    }

    Set<String> strings(String keyword) {
        Set<String> names = new LinkedHashSet<>();
        for (Json item : array(keyword).orElse(List.of())) {
            if (!(item instanceof Json.Str(String name))) {
                throw refuse("\"" + keyword + "\" must hold strings");
            }
            names.add(name);
        }
        return names;
    }

    Optional<BigDecimal> number(String keyword) {
        return get(keyword).map(value -> {
            if (value instanceof Json.Num number) {
                return number.value();
            }
            throw refuse("\"" + keyword + "\" must be a number");
        });
    }

    int count(String keyword, int byDefault) {
        return number(keyword)
                .map(value -> {
                    try {
                        int count = value.intValueExact();
                        if (count >= 0 && count <= 100_000) {
                            return count;
                        }
                    } catch (ArithmeticException fraction) {
                        // refused below
                    }
                    throw refuse("\"" + keyword + "\" must be an integer from 0 to 100000");
                })
                .orElse(byDefault);
    }

    GrammarException refuse(String complaint) {
        return new GrammarException("the JSON schema cannot be used: " + complaint + " (at " + place + ")");
    }
}
