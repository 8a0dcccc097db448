package dev.lockstep.lpu.machine;

import java.util.Arrays;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import org.tomlj.Toml;
import org.tomlj.TomlParseError;
import org.tomlj.TomlParseResult;
import org.tomlj.TomlPosition;
import org.tomlj.TomlTable;

/** Reads a description in TOML. Nothing is optional and nothing is ignored: a misspelt number must not become a default. */
final class MachineReader {
    private static final int LANES_OF_SUPERLANE = 16;
    private static final int LONGEST_TEXT = 1 << 20;
    private static final Set<String> FIELDS = Set.of("value", "unit", "status", "source", "note");
    private static final Set<Status> WRITABLE =
            Set.of(Status.PUBLISHED, Status.DERIVED, Status.OBSERVED, Status.ASSUMED);

    private final String place;
    private final TomlTable root;

    private MachineReader(String place, TomlTable root) {
        this.place = place;
        this.root = root;
    }

    /** @param place what to call the text in messages, usually a file name */
    static Machine read(String place, String text) {
        if (text.length() > LONGEST_TEXT) {
            throw new MachineException(place + ": longer than " + LONGEST_TEXT
                    + " characters, which no machine description is. Give the description's own file.");
        }
        TomlParseResult result = Toml.parse(text);
        if (result.hasErrors()) {
            TomlParseError first = result.errors().getFirst();
            throw new MachineException(
                    place + at(first.position()) + ": not TOML: " + first.getMessage() + ". Correct this line.", first);
        }
        return new MachineReader(place, result).machine();
    }

    /** Refuses a machine whose numbers do not fit together. */
    static void check(Machine machine) {
        new MachineReader(machine.name(), Toml.parse("")).checkTogether(machine);
    }

    private Machine machine() {
        String name = text(root, "", "name");
        if (!name.matches("[A-Za-z0-9][A-Za-z0-9._-]{0,63}")) {
            throw refused(
                    "", "name", "'" + name + "' is no name. Use up to 64 letters, digits, dots, dashes, underscores");
        }
        String title = text(root, "", "title");
        Map<String, String> sources = sources();
        Map<Quantity, Parameter> parameters = parameters(sources.keySet());
        Machine machine = new Machine(name, title, sources, parameters);
        checkTogether(machine);
        return machine;
    }

    private Map<String, String> sources() {
        Map<String, String> sources = new LinkedHashMap<>();
        TomlTable table = table(root, "", "sources");
        for (String key : new TreeSet<>(table.keySet())) {
            sources.put(key, text(table, "sources.", key));
        }
        return sources;
    }

    private Map<Quantity, Parameter> parameters(Set<String> sources) {
        Map<String, Map<String, Quantity>> wanted = new HashMap<>();
        for (Quantity quantity : Quantity.values()) {
            String[] parts = quantity.path().split("\\.");
            wanted.computeIfAbsent(parts[0], unused -> new HashMap<>()).put(parts[1], quantity);
        }
        for (String key : root.keySet()) {
            if (!wanted.containsKey(key) && !List.of("name", "title", "sources").contains(key)) {
                throw refused("", key, "is not part of a machine. The tables are " + new TreeSet<>(wanted.keySet()));
            }
        }
        Map<Quantity, Parameter> parameters = new EnumMap<>(Quantity.class);
        for (String name : new TreeSet<>(wanted.keySet())) {
            Map<String, Quantity> quantities = wanted.get(name);
            TomlTable table = table(root, "", name);
            for (String key : table.keySet()) {
                if (!quantities.containsKey(key)) {
                    throw refused(
                            name + ".",
                            key,
                            "is no number of a machine. " + name + " has " + new TreeSet<>(quantities.keySet()));
                }
            }
            for (Map.Entry<String, Quantity> entry : quantities.entrySet()) {
                parameters.put(
                        entry.getValue(), parameter(entry.getValue(), table, name + ".", entry.getKey(), sources));
            }
        }
        return parameters;
    }

    private Parameter parameter(Quantity quantity, TomlTable table, String path, String key, Set<String> sources) {
        TomlTable fields = table(table, path, key);
        String inside = path + key + ".";
        for (String field : fields.keySet()) {
            if (!FIELDS.contains(field)) {
                throw refused(inside, field, "is unknown. A number has " + new TreeSet<>(FIELDS));
            }
        }
        double value = number(fields, inside);
        if (!quantity.allows(value)) {
            throw refused(inside, "value", "is " + value + ". It must be " + quantity.range());
        }
        String unit = text(fields, inside, "unit");
        if (!unit.equals(quantity.unit())) {
            throw refused(
                    inside, "unit", "is '" + unit + "'. Give the value in '" + quantity.unit() + "' and write that");
        }
        Status status = status(fields, inside);
        String source = fields.contains("source") ? text(fields, inside, "source") : "";
        String note = fields.contains("note") ? text(fields, inside, "note") : "";
        if (status == Status.ASSUMED && note.isEmpty()) {
            throw refused(inside, "note", "is missing. An assumed number needs a note that says why this value");
        }
        if (status != Status.ASSUMED && source.isEmpty()) {
            throw refused(
                    inside, "source", "is missing. Name an entry of [sources], or mark the number as \"assumed\"");
        }
        if (!source.isEmpty() && !sources.contains(source)) {
            throw refused(inside, "source", "is '" + source + "', which [sources] does not have. Add it there");
        }
        return new Parameter(quantity, value, status, source, note);
    }

    private Status status(TomlTable fields, String inside) {
        String word = text(fields, inside, "status");
        for (Status status : WRITABLE) {
            if (status.name().toLowerCase(Locale.ROOT).equals(word)) {
                return status;
            }
        }
        throw refused(
                inside, "status", "is '" + word + "'. Write \"published\", \"derived\", \"observed\" or \"assumed\"");
    }

    /** What single numbers cannot show: that the machine fits together. */
    private void checkTogether(Machine machine) {
        if (machine.lanes() != LANES_OF_SUPERLANE * machine.whole(Quantity.SUPERLANES)) {
            throw refused(
                    "vector.",
                    "lanes",
                    "is not 16 lanes for each of vector.superlanes. Transposes need that: change one");
        }
        if (machine.whole(Quantity.PLANE_ROWS) != machine.lanes()
                || machine.whole(Quantity.PLANE_COLUMNS) != machine.lanes()) {
            throw refused(
                    "mxm.",
                    "rows",
                    "or mxm.columns is not vector.lanes. A row has a weight, and a result, for every lane");
        }
        if (machine.whole(Quantity.PLANES) % 2 != 0) {
            throw refused("mxm.", "planes", "is odd. Give both hemispheres as many planes");
        }
        if (machine.whole(Quantity.INSTALL_STREAMS) > machine.whole(Quantity.STREAMS)) {
            throw refused("mxm.", "install_streams", "exceeds stream.per_direction. Install over fewer streams");
        }
        if (machine.whole(Quantity.INSTALL_STREAMS) * machine.whole(Quantity.INSTALL_CYCLES)
                < machine.whole(Quantity.PLANE_ROWS) * machine.whole(Quantity.PLANE_COLUMNS) / machine.lanes()) {
            throw refused("mxm.", "install", "is too short to bring a plane's weights. Give it more cycles or streams");
        }
        if (machine.whole(Quantity.LOCAL_PORTS) > machine.whole(Quantity.PORTS)) {
            throw refused("link.", "local_ports", "exceeds link.ports. A local port is one of the ports");
        }
        if (machine.whole(Quantity.LOCAL_PORTS) < machine.whole(Quantity.NODE_CHIPS) - 1) {
            throw refused(
                    "system.", "node_chips", "needs a local port to every other chip. Make link.local_ports larger");
        }
        if (machine.whole(Quantity.SXM_TO_MXM) <= machine.whole(Quantity.SXM_CROSSING)) {
            throw refused("sxm.", "memory_to_mxm", "leads through the switch. Make it larger than sxm.crossing");
        }
        if (machine.whole(Quantity.VXM_ENTRY) > machine.whole(Quantity.VXM_TRAVERSAL)) {
            throw refused("vxm.", "entry", "is longer than vxm.traversal. Make it shorter");
        }
        if (machine.linkCycles() < machine.whole(Quantity.VECTOR_CYCLES)) {
            throw refused(
                    "link.",
                    "hop",
                    "is shorter than the vector and the endpoints take. Give at least link.vector + "
                            + "link.endpoints cycles");
        }
        if (machine.whole(Quantity.FETCH_BYTES) != 2 * machine.lanes()) {
            throw refused("control.", "fetch", "is not two vectors. Write " + 2 * machine.lanes());
        }
        int queues = 0;
        for (Quantity part :
                List.of(Quantity.MEM_QUEUES, Quantity.VXM_QUEUES, Quantity.SXM_QUEUES, Quantity.MXM_QUEUES)) {
            queues += machine.whole(part);
        }
        if (queues != machine.whole(Quantity.QUEUES)) {
            throw refused("control.", "queues", "is not the sum of the units' queues, " + queues + ". Write that");
        }
    }

    private TomlTable table(TomlTable parent, String path, String key) {
        Object value = require(parent, path, key);
        if (value instanceof TomlTable table) {
            return table;
        }
        throw refused(
                path,
                key,
                "is no table. Write "
                        + (path.isEmpty()
                                ? "[" + key + "]"
                                : key + " = { value = ..., " + "unit = ..., status = ..., source = ... }"));
    }

    private String text(TomlTable parent, String path, String key) {
        if (require(parent, path, key) instanceof String text && !text.isBlank()) {
            return text;
        }
        throw refused(path, key, "is no text. Write " + key + " = \"...\"");
    }

    private double number(TomlTable fields, String inside) {
        return switch (require(fields, inside, "value")) {
            case Long whole -> whole;
            case Double number when Double.isFinite(number) -> number;
            default -> throw refused(inside, "value", "is no number. Write value = 123");
        };
    }

    private Object require(TomlTable parent, String path, String key) {
        Object value = parent.get(List.of(key));
        if (value == null) {
            throw refused(path, key, "is missing. Add it; lpu-v1.toml shows how");
        }
        return value;
    }

    private MachineException refused(String path, String key, String why) {
        return new MachineException(place + at(position(path + key)) + ": " + path + key + " " + why + ".");
    }

    /** Where a key stands, or the table that lacks it. */
    private @Nullable TomlPosition position(String path) {
        List<String> keys = Arrays.asList(path.split("\\."));
        for (int depth = keys.size(); depth > 0; depth--) {
            TomlPosition position = root.inputPositionOf(keys.subList(0, depth));
            if (position != null) {
                return position;
            }
        }
        return null;
    }

    private static String at(@Nullable TomlPosition position) {
        return position == null ? "" : ":" + position.line() + ":" + position.column();
    }
}
