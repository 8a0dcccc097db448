package dev.lockstep.engine.assistant;

import dev.lockstep.text.json.Json;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.RecordComponent;
import java.lang.reflect.Type;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Records as JSON: their schema, and back from JSON. Components are strings, numbers, booleans, enums, records, or lists, optionals and
 * maps from strings of these.
 */
final class RecordJson {
    private RecordJson() {}

    /** @throws IllegalArgumentException naming the type that cannot be JSON */
    static Json.Obj schema(Class<? extends Record> type) {
        Map<String, Json> properties = new LinkedHashMap<>();
        List<Json> required = new ArrayList<>();
        for (RecordComponent component : type.getRecordComponents()) {
            properties.put(component.getName(), schema(component.getGenericType()));
            if (component.getType() != Optional.class) {
                required.add(new Json.Str(component.getName()));
            }
        }
        Map<String, Json> schema = new LinkedHashMap<>();
        schema.put("type", new Json.Str("object"));
        schema.put("properties", new Json.Obj(properties));
        schema.put("required", new Json.Arr(required));
        schema.put("additionalProperties", new Json.Bool(false));
        return new Json.Obj(schema);
    }

    private static Json schema(Type type) {
        if (type instanceof ParameterizedType generic) {
            Type last = generic.getActualTypeArguments()[generic.getActualTypeArguments().length - 1];
            if (generic.getRawType() == List.class) {
                return object("type", "array", "items", schema(last));
            } else if (generic.getRawType() == Optional.class) {
                return schema(last);
            } else if (generic.getRawType() == Map.class && generic.getActualTypeArguments()[0] == String.class) {
                return object("type", "object", "additionalProperties", schema(last));
            }
        } else if (type instanceof Class<?> plain) {
            if (plain.isRecord()) {
                return schema(plain.asSubclass(Record.class));
            } else if (plain.isEnum()) {
                List<Json> names = new ArrayList<>();
                for (Object constant : plain.getEnumConstants()) {
                    names.add(new Json.Str(((Enum<?>) constant).name()));
                }
                return new Json.Obj(Map.of("enum", new Json.Arr(names)));
            } else if (plain == int.class || plain == Integer.class) {
                return range(Integer.MIN_VALUE, Integer.MAX_VALUE);
            } else if (plain == long.class || plain == Long.class) {
                return range(Long.MIN_VALUE, Long.MAX_VALUE);
            } else if (plain == double.class || plain == Double.class || plain == BigDecimal.class) {
                return object("type", "number");
            } else if (plain == boolean.class || plain == Boolean.class) {
                return object("type", "boolean");
            } else if (plain == String.class) {
                return object("type", "string");
            }
        }
        throw new IllegalArgumentException(type.getTypeName()
                + " cannot be JSON; take String, int, long, double, boolean, BigDecimal, enums, records, List, Optional, or Map"
                + " with String keys");
    }

    private static Json range(long low, long high) {
        return object("type", "integer", "minimum", Json.of(low), "maximum", Json.of(high));
    }

    private static Json object(Object... namesAndValues) {
        Map<String, Json> members = new LinkedHashMap<>();
        for (int i = 0; i < namesAndValues.length; i += 2) {
            members.put((String) namesAndValues[i], Json.of(namesAndValues[i + 1]));
        }
        return new Json.Obj(members);
    }

    /** The record that JSON of its schema says. */
    static <R extends Record> R read(Json json, Class<R> type) {
        var object = (Json.Obj) json;
        RecordComponent[] components = type.getRecordComponents();
        Object[] values = new Object[components.length];
        for (int i = 0; i < components.length; i++) {
            RecordComponent component = components[i];
            Optional<Json> value = object.get(component.getName());
            values[i] = component.getType() == Optional.class
                    ? value.map(present -> read(present, argument(component.getGenericType())))
                    : read(
                            value.orElseThrow(() -> new IllegalArgumentException(
                                    "the member \"" + component.getName() + "\" is missing")),
                            component.getGenericType());
        }
        try {
            var constructor = type.getDeclaredConstructor(
                    Arrays.stream(components).map(RecordComponent::getType).toArray(Class<?>[]::new));
            constructor.setAccessible(true);
            return constructor.newInstance(values);
        } catch (InvocationTargetException refused) {
            throw new IllegalArgumentException(
                    type.getSimpleName() + " refuses " + json + ": " + refused.getCause(), refused);
        } catch (ReflectiveOperationException hidden) {
            throw new IllegalArgumentException(type + " cannot be made: " + hidden.getMessage(), hidden);
        }
    }

    private static Object read(Json json, Type type) {
        if (type instanceof ParameterizedType generic && generic.getRawType() == List.class) {
            return ((Json.Arr) json)
                    .items().stream().map(item -> read(item, argument(type))).toList();
        }
        if (type instanceof ParameterizedType) {
            Map<String, Object> map = new LinkedHashMap<>();
            ((Json.Obj) json).members().forEach((name, member) -> map.put(name, read(member, argument(type))));
            return map;
        }
        Class<?> plain = (Class<?>) type;
        if (plain.isRecord()) {
            return read(json, plain.asSubclass(Record.class));
        }
        return switch (json) {
            case Json.Bool(boolean value) -> value;
            case Json.Str(String text) when plain.isEnum() -> constant(plain, text);
            case Json.Str(String text) -> text;
            case Json.Num number
            when plain == int.class || plain == Integer.class -> number.value().intValueExact();
            case Json.Num number
            when plain == long.class || plain == Long.class -> number.value().longValueExact();
            case Json.Num number when plain == BigDecimal.class -> number.value();
            case Json.Num number -> number.value().doubleValue();
            case Json.Null _, Json.Arr _, Json.Obj _ -> throw new IllegalArgumentException(json + " is no " + type);
        };
    }

    private static Object constant(Class<?> type, String name) {
        return Arrays.stream(type.getEnumConstants())
                .filter(constant -> ((Enum<?>) constant).name().equals(name))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException(name + " is no " + type.getSimpleName()));
    }

    /** The last type argument. */
    private static Type argument(Type generic) {
        Type[] arguments = ((ParameterizedType) generic).getActualTypeArguments();
        return arguments[arguments.length - 1];
    }
}
