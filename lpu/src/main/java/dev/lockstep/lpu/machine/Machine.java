package dev.lockstep.lpu.machine;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Collections;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/** A processor and the network that joins many of them, as a description file gives it. */
public final class Machine {
    private final String name;
    private final String title;
    private final Map<String, String> sources;
    private final Map<Quantity, Parameter> parameters;
    private final int[] whole = new int[Quantity.values().length];

    Machine(String name, String title, Map<String, String> sources, Map<Quantity, Parameter> parameters) {
        this.name = name;
        this.title = title;
        this.sources = Collections.unmodifiableMap(new LinkedHashMap<>(sources));
        this.parameters = Collections.unmodifiableMap(new EnumMap<>(parameters));
        parameters.forEach((quantity, parameter) -> whole[quantity.ordinal()] = (int) Math.round(parameter.value()));
    }

    /** The first generation, as published. */
    public static Machine lpuV1() {
        return builtIn("lpu-v1");
    }

    /** A description that comes with this module. */
    public static Machine builtIn(String name) {
        try (InputStream in = name.matches("[a-z0-9-]+") ? Machine.class.getResourceAsStream(name + ".toml") : null) {
            if (in == null) {
                throw new MachineException(
                        "There is no built-in machine '" + name + "'. Use lpu-v1, or the path of a .toml file.");
            }
            return parse(name + ".toml", new String(in.readAllBytes(), StandardCharsets.UTF_8));
        } catch (IOException e) {
            throw new MachineException("The built-in machine " + name + " cannot be read. Rebuild Lockstep.", e);
        }
    }

    /** A description that a user has written; {@code lpu-v1.toml} in this package shows the form. */
    public static Machine read(Path file) {
        try {
            return parse(String.valueOf(file.getFileName()), Files.readString(file));
        } catch (CharacterCodingException e) {
            throw new MachineException(file + ": not UTF-8. A machine description is a text file in TOML.", e);
        } catch (IOException e) {
            throw new MachineException(file + ": cannot be read (" + e.getMessage() + "). Check the path.", e);
        }
    }

    /** @param place what to call the text in messages */
    public static Machine parse(String place, String text) {
        return MachineReader.read(place, text);
    }

    public String name() {
        return name;
    }

    public String title() {
        return title;
    }

    /** Where numbers come from: what the keys used as sources stand for. */
    public Map<String, String> sources() {
        return sources;
    }

    public Parameter parameter(Quantity quantity) {
        return Objects.requireNonNull(parameters.get(quantity));
    }

    /** The numbers that reports must list as assumptions, in the order of {@link Quantity}. */
    public List<Parameter> assumptions() {
        return parameters.values().stream()
                .filter(parameter -> parameter.status().isAssumption())
                .toList();
    }

    /** The value of a quantity that is counted. */
    public int whole(Quantity quantity) {
        return whole[quantity.ordinal()];
    }

    /** The value of any quantity. */
    public double number(Quantity quantity) {
        return parameter(quantity).value();
    }

    /** The same machine with one number changed, which reports then show as overridden. */
    public Machine with(Quantity quantity, double value) {
        if (!quantity.allows(value)) {
            throw new MachineException(
                    quantity.path() + " cannot be " + value + ". It must be " + quantity.range() + ".");
        }
        Map<Quantity, Parameter> changed = new EnumMap<>(parameters);
        changed.put(
                quantity,
                new Parameter(
                        quantity,
                        value,
                        Status.OVERRIDDEN,
                        "",
                        "set for this run instead of " + parameter(quantity).text()));
        Machine machine = new Machine(name, title, sources, changed);
        MachineReader.check(machine);
        return machine;
    }

    /** Lanes of a vector, which are also its bytes. */
    public int lanes() {
        return whole(Quantity.LANES);
    }

    /** Streams in each direction. */
    public int streams() {
        return whole(Quantity.STREAMS);
    }

    /** Memory slices of a hemisphere. */
    public int slices() {
        return whole(Quantity.SLICES);
    }

    /** Words of a slice, over all banks. */
    public int wordsPerSlice() {
        return whole(Quantity.BANKS) * whole(Quantity.WORDS_PER_BANK);
    }

    /** Matrix planes of a hemisphere. */
    public int planesPerHemisphere() {
        return whole(Quantity.PLANES) / 2;
    }

    /** Memory of a chip in bytes. */
    public long memoryBytes() {
        return 2L * slices() * wordsPerSlice() * lanes();
    }

    /** Send to use, in whole cycles. */
    public int hopCycles() {
        return (int) Math.ceil(number(Quantity.HOP) * number(Quantity.CLOCK) / 1000 - 1e-9);
    }

    /** From a vector's Send to the first cycle in which the other end can receive it: the hop less the endpoints' share. */
    public int linkCycles() {
        return hopCycles() - whole(Quantity.ENDPOINT_CYCLES);
    }

    /** How long cycles are. */
    public double nanoseconds(long cycles) {
        return cycles * 1000.0 / number(Quantity.CLOCK);
    }

    /** Bytes a second that a link brings in one direction. */
    public double linkBytesPerSecond() {
        return lanes() * number(Quantity.CLOCK) * 1e6 / whole(Quantity.VECTOR_CYCLES);
    }

    /** Bytes a cycle that streams bring to the function units of both hemispheres: the roofline of decoding. */
    public int streamBytesPerCycle() {
        return 2 * streams() * lanes();
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Machine machine
                && name.equals(machine.name)
                && parameters.equals(machine.parameters)
                && sources.equals(machine.sources);
    }

    @Override
    public int hashCode() {
        return 31 * name.hashCode() + Arrays.hashCode(whole);
    }

    @Override
    public String toString() {
        return name;
    }
}
