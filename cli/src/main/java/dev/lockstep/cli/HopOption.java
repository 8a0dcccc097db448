package dev.lockstep.cli;

import dev.lockstep.lpu.machine.Machine;
import dev.lockstep.lpu.machine.Quantity;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** The one number of a machine that published sources disagree about. */
final class HopOption {
    @Option(
            names = "--hop-ns",
            paramLabel = "H",
            description = "Nanoseconds of a hop, send to use. Default 300; also published: 722.")
    private @Nullable Double hop;

    Machine machine() {
        return hop == null ? Machine.lpuV1() : Machine.lpuV1().with(Quantity.HOP, hop);
    }
}
