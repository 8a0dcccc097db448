package dev.lockstep.cli;

import dev.lockstep.formats.ControlCharacters;
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

    /** For picocli. */
    static final class Converter implements ITypeConverter<LpuTarget> {
        @Override
        public LpuTarget convert(String text) {
            return parse(text);
        }
    }
}
