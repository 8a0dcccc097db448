package dev.lockstep.cli;

/**
 * Which of the standard streams are terminals. Java can only tell for input and output together, so the {@code lockstep}
 * script looks and says so in system properties.
 *
 * @param columns width of the terminal
 */
record Terminals(boolean input, boolean output, boolean error, int columns) {
    static final Terminals NONE = new Terminals(false, false, false, 80);

    static Terminals ofProcess() {
        var streams = System.getProperty("lockstep.terminals");
        if (streams == null) {
            var console = System.console();
            boolean interactive = console != null && console.isTerminal();
            return new Terminals(interactive, interactive, interactive, NONE.columns);
        }
        int columns = Integer.getInteger("lockstep.columns", NONE.columns);
        return new Terminals(
                streams.contains("0"),
                streams.contains("1"),
                streams.contains("2"),
                columns > 0 ? columns : NONE.columns);
    }
}
