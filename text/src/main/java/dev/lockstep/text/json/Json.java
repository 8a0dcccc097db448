package dev.lockstep.text.json;

import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** A JSON value. {@code toString} writes it without any space. */
public sealed interface Json {
    /** In the order in which they are written. */
    record Obj(Map<String, Json> members) implements Json {
        public Obj {
            members = Collections.unmodifiableMap(new LinkedHashMap<>(members));
        }

        /** The member of that name. */
        public Optional<Json> get(String name) {
            return Optional.ofNullable(members.get(name));
        }

        @Override
        public String toString() {
            return JsonWriter.write(this);
        }
    }

    record Arr(List<Json> items) implements Json {
        public Arr {
            items = List.copyOf(items);
        }

        @Override
        public String toString() {
            return JsonWriter.write(this);
        }
    }

    record Str(String text) implements Json {
        @Override
        public String toString() {
            return JsonWriter.write(this);
        }
    }

    /** @param literal as it is written */
    record Num(String literal) implements Json {
        public BigDecimal value() {
            return new BigDecimal(literal);
        }

        @Override
        public String toString() {
            return literal;
        }
    }

    record Bool(boolean value) implements Json {
        @Override
        public String toString() {
            return Boolean.toString(value);
        }
    }

    record Null() implements Json {
        @Override
        public String toString() {
            return "null";
        }
    }

    /**
     * Reads a text that holds one value.
     *
     * @throws JsonException if it does not
     */
    static Json parse(String text) {
        return new JsonReader(text).read();
    }

    /**
     * The value of Java objects: maps with string keys, collections, strings, booleans, numbers and null.
     *
     * @throws IllegalArgumentException for any other object, or a number that is not finite
     */
    static Json of(@Nullable Object value) {
        return switch (value) {
            case null -> new Null();
            case Json json -> json;
            case CharSequence text -> new Str(text.toString());
            case Boolean bool -> new Bool(bool);
            case Double number
            when !Double.isFinite(number) -> throw new IllegalArgumentException(number + " is no JSON number");
            case Float number
            when !Float.isFinite(number) -> throw new IllegalArgumentException(number + " is no JSON number");
            case Number number -> new Num(number.toString());
            case Map<?, ?> map -> {
                Map<String, Json> members = new LinkedHashMap<>();
                map.forEach((name, member) -> {
                    if (!(name instanceof String key)) {
                        throw new IllegalArgumentException(name + " is no name of a JSON member");
                    }
                    members.put(key, of(member));
                });
                yield new Obj(members);
            }
            case Iterable<?> list -> {
                List<Json> items = new ArrayList<>();
                list.forEach(item -> items.add(of(item)));
                yield new Arr(items);
            }
            default -> throw new IllegalArgumentException(value.getClass().getName() + " is no JSON value");
        };
    }

    /** As Java objects: maps, lists, strings, booleans, {@code Long}, {@code Double} for numbers that no {@code Long} holds, and null. */
    default @Nullable Object toJava() {
        return switch (this) {
            case Null _ -> null;
            case Bool(boolean value) -> value;
            case Str(String text) -> text;
            case Num number -> {
                try {
                    yield Long.valueOf(number.literal());
                } catch (NumberFormatException fraction) {
                    yield Double.valueOf(number.literal());
                }
            }
            case Arr(List<Json> items) -> {
                List<@Nullable Object> list = new ArrayList<>();
                items.forEach(item -> list.add(item.toJava()));
                yield list;
            }
            case Obj(Map<String, Json> members) -> {
                Map<String, @Nullable Object> map = new LinkedHashMap<>();
                members.forEach((name, member) -> map.put(name, member.toJava()));
                yield map;
            }
        };
    }
}
