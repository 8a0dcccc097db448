package dev.lockstep.text.template;

import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A value of the template language: plain data, never an object of the host program. */
sealed interface Value {
    Value NONE = new None();
    Value TRUE = new Bool(true);
    Value FALSE = new Bool(false);

    /** Text; positions in it count code points. Comparable so that colliding hashes cannot slow a dict down. */
    record Text(String text) implements Value, Comparable<Text> {
        @Override
        public int compareTo(Text other) {
            return text.compareTo(other.text);
        }
    }

    record Int(long value) implements Value {}

    record Real(double value) implements Value {}

    record Bool(boolean value) implements Value {}

    record None() implements Value {}

    /** The value of a name, attribute or item that does not exist, with the sentence to say if it is used. */
    record Undefined(String reason) implements Value {
        Fault fault() {
            return new Fault(reason);
        }
    }

    record Sequence(Kind kind, List<Value> items) implements Value {}

    /** Insertion-ordered; keys are texts, numbers, booleans or none. */
    record Dict(Map<Value, Value> entries) implements Value {
        @Nullable
        Value lookUp(Value key) {
            return switch (key) {
                case Sequence _, Dict _ -> throw new Fault("a " + key.typeName() + " cannot be a key of a dict");
                default -> entries.get(key);
            };
        }
    }

    record Function(String name, Body body) implements Value {
        @FunctionalInterface
        interface Body {
            Value call(Arguments arguments);
        }
    }

    /** A value with attributes of its own kind: namespaces, loops, cyclers. */
    non-sealed interface Special extends Value {
        String specialType();

        /** The attribute, or null if there is none of that name. */
        @Nullable
        Value attribute(String name);
    }

    /** What Python calls the type of a sequence; it decides about printing, length and indexing. */
    enum Kind {
        LIST("list"),
        TUPLE("tuple"),
        RANGE("range"),
        KEYS("dict_keys"),
        VALUES("dict_values"),
        ITEMS("dict_items"),
        GENERATOR("generator");

        private final String typeName;

        Kind(String typeName) {
            this.typeName = typeName;
        }

        String typeName() {
            return typeName;
        }

        boolean indexable() {
            return this == LIST || this == TUPLE || this == RANGE;
        }

        boolean sized() {
            return this != GENERATOR;
        }
    }

    static Value of(boolean value) {
        return value ? TRUE : FALSE;
    }

    static Sequence list(List<Value> items) {
        return new Sequence(Kind.LIST, items);
    }

    static Sequence tuple(Value... items) {
        return new Sequence(Kind.TUPLE, List.of(items));
    }

    static Sequence generator(List<Value> items) {
        return new Sequence(Kind.GENERATOR, items);
    }

    default String typeName() {
        return switch (this) {
            case Text _ -> "str";
            case Int _ -> "int";
            case Real _ -> "float";
            case Bool _ -> "bool";
            case None _ -> "NoneType";
            case Undefined _ -> "Undefined";
            case Sequence sequence -> sequence.kind().typeName();
            case Dict _ -> "dict";
            case Function _ -> "function";
            case Special special -> special.specialType();
        };
    }

    default boolean truthy() {
        return switch (this) {
            case Text text -> !text.text().isEmpty();
            case Int number -> number.value() != 0;
            case Real number -> number.value() != 0;
            case Bool bool -> bool.value();
            case None _, Undefined _ -> false;
            case Sequence sequence ->
                !sequence.kind().sized() || !sequence.items().isEmpty();
            case Dict dict -> !dict.entries().isEmpty();
            case Function _, Special _ -> true;
        };
    }
}
