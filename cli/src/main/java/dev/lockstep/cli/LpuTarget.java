package dev.lockstep.cli;

import dev.lockstep.formats.ControlCharacters;
import dev.lockstep.lpu.machine.Topology;
import picocli.CommandLine.ITypeConverter;

/** {@code lpu:N}: a machine of so many language processing units. */
record LpuTarget(int chips) {
    private static final String PREFIX = "lpu";

    static LpuTarget parse(String text) {
        String[] parts = text.split(":", -1);
        if (!parts[0].equals(PREFIX) || parts.length > 2) {
            throw new UsageException(
                    "--target " + ControlCharacters.escape(text) + ": is not a target; use lpu:CHIPS, such as lpu:576");
        }
        try {
            int chips = parts.length == 1 ? 1 : Integer.parseInt(parts[1]);
            if (chips > 0) {
                return new LpuTarget(chips);
            }
        } catch (NumberFormatException wrong) {
            // Refused below, as 0 is.
        }
        throw new UsageException(
                "--target " + ControlCharacters.escape(text) + ": give a number of chips, such as lpu:576");
    }

    private static final int MOST_IN_A_LINE = 64;

    /** How so many chips are joined unless one asks for something else: a ring needs more nodes than each has neighbours. */
    static Topology usualTopology(int chips) {
        return chips > MOST_IN_A_LINE ? Topology.QUADFOUR_RING : Topology.QUADFOUR_LINE;
    }

    /** For picocli. */
    static final class Converter implements ITypeConverter<LpuTarget> {
        @Override
        public LpuTarget convert(String text) {
            return parse(text);
        }
    }
}
