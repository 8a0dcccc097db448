package dev.lockstep.lpu.machine;

import java.util.Locale;

/**
 * Every number that a machine description must give: its place in the file, its unit, and the values that make sense. Counts of units
 * cannot exceed those for which the instruction set has queues.
 */
public enum Quantity {
    CLOCK("clock.frequency", "MHz", 1, 100_000),

    LANES("vector.lanes", "lanes", 16, 4096),
    SUPERLANES("vector.superlanes", "superlanes", 1, 256),
    TILES("vector.tiles", "tiles", 1, 256),

    STREAMS("stream.per_direction", "streams", 16, 64),

    SLICES("memory.slices_per_hemisphere", "slices", 1, 44),
    SLICES_PER_HOP("memory.slices_per_hop", "slices", 1, 64),
    BANKS("memory.banks", "banks", 1, 64),
    WORDS_PER_BANK("memory.words_per_bank", "words", 1, 1 << 24),
    READS_PER_CYCLE("memory.reads_per_cycle", "reads", 1, 16),
    WRITES_PER_CYCLE("memory.writes_per_cycle", "writes", 1, 16),
    READ_CYCLES("memory.read", "cycles", 1, 100),
    /** A slice has one queue, so the next instruction already sees what was written. */
    WRITE_CYCLES("memory.write", "cycles", 1, 1),
    RESERVED_SLICES("memory.reserved_slices", "slices", 0, 1024),

    VECTOR_ALUS("vxm.alus", "ALUs", 1, 16),
    ALU_CYCLES("vxm.alu", "cycles", 1, 100),
    SPECIAL_CYCLES("vxm.special_function", "cycles", 1, 100),
    VXM_ENTRY("vxm.entry", "cycles", 0, 100),
    VXM_TRAVERSAL("vxm.traversal", "cycles", 1, 1000),

    PLANES("mxm.planes", "planes", 2, 4),
    PLANE_ROWS("mxm.rows", "rows", 16, 4096),
    PLANE_COLUMNS("mxm.columns", "columns", 16, 4096),
    INSTALL_STREAMS("mxm.install_streams", "streams", 1, 64),
    INSTALL_CYCLES("mxm.install", "cycles", 1, 10_000),
    INSTALL_VISIBLE("mxm.install_visible", "cycles", 0, 1000),
    MULTIPLY_CYCLES("mxm.multiply", "cycles", 1, 1000),
    ACCUMULATE_CYCLES("mxm.accumulate", "cycles", 1, 1000),
    INT8_ROW_CYCLES("mxm.int8_row", "cycles", 1, 100),
    FP16_ROW_CYCLES("mxm.fp16_row", "cycles", 1, 100),
    WEIGHT_SETS("mxm.weight_sets", "sets", 1, 64),
    ACCUMULATORS("mxm.accumulators", "rows", 1, 1 << 20),

    SXM_CROSSING("sxm.crossing", "cycles", 1, 1000),
    SXM_TO_MXM("sxm.memory_to_mxm", "cycles", 2, 1000),
    TRANSPOSERS("sxm.transposers", "units", 0, 2),
    DISTRIBUTORS("sxm.distributors", "units", 0, 4),
    PERMUTERS("sxm.permuters", "units", 0, 1),
    TRANSPOSE_CYCLES("sxm.transpose", "cycles", 1, 1000),
    DISTRIBUTE_CYCLES("sxm.distribute", "cycles", 1, 1000),
    PERMUTE_CYCLES("sxm.permute", "cycles", 1, 1000),
    SHIFT_CYCLES("sxm.shift", "cycles", 1, 1000),

    QUEUES("control.queues", "queues", 1, 4096),
    MEM_QUEUES("control.mem_queues", "queues", 1, 4096),
    VXM_QUEUES("control.vxm_queues", "queues", 1, 4096),
    SXM_QUEUES("control.sxm_queues", "queues", 0, 4096),
    MXM_QUEUES("control.mxm_queues", "queues", 0, 4096),
    BARRIER_CYCLES("control.barrier", "cycles", 1, 10_000),
    NOP_LIMIT("control.nop_limit", "cycles", 1, 1L << 40),
    FETCH_BYTES("control.fetch", "bytes", 1, 1 << 20),
    TEXT_BYTES("control.text", "bytes", 1, 1 << 20),
    FETCH_BYTES_PER_CYCLE("control.fetch_per_cycle", "bytes", 1, 1 << 20),

    PORTS("link.ports", "ports", 0, 12),
    LOCAL_PORTS("link.local_ports", "ports", 0, 12),
    VECTOR_CYCLES("link.vector", "cycles", 1, 10_000),
    HOP("link.hop", "ns", 1, 1_000_000, false),
    ENDPOINT_CYCLES("link.endpoints", "cycles", 2, 10_000),
    SEND_CYCLES("link.send", "cycles", 1, 1000),
    RECEIVE_CYCLES("link.receive", "cycles", 1, 1000),
    FIFO_VECTORS("link.fifo", "vectors", 1, 1 << 20),
    EPOCH_CYCLES("link.epoch", "cycles", 1, 1 << 20),
    LATENCY_MINIMUM("link.latency_minimum", "cycles", 1, 10_000),
    LATENCY_MEAN("link.latency_mean", "cycles", 1, 10_000, false),
    LATENCY_MAXIMUM("link.latency_maximum", "cycles", 1, 10_000),
    LATENCY_DEVIATION("link.latency_deviation", "cycles", 0, 1000, false),

    NODE_CHIPS("system.node_chips", "chips", 1, 64),
    QUADFOUR_REACH("system.quadfour_reach", "nodes", 1, 64),
    QUADFOUR_LINKS("system.quadfour_links", "links", 1, 64),
    RACK_NODES("system.rack_nodes", "nodes", 1, 1024),
    RACK_LINKS("system.rack_links", "links", 1, 64),

    HOST_BANDWIDTH("host.bandwidth", "GB/s", 0, 100_000, false),

    POWER_MAXIMUM("power.maximum", "W", 0, 100_000, false),
    POWER_TYPICAL("power.average", "W", 0, 100_000, false),
    POWER_PROVISIONED("power.provisioned", "W", 0, 100_000, false);

    private final String path;
    private final String unit;
    private final double minimum;
    private final double maximum;
    private final boolean whole;

    Quantity(String path, String unit, double minimum, double maximum) {
        this(path, unit, minimum, maximum, true);
    }

    Quantity(String path, String unit, double minimum, double maximum, boolean whole) {
        this.path = path;
        this.unit = unit;
        this.minimum = minimum;
        this.maximum = maximum;
        this.whole = whole;
    }

    /** Where it stands in a description: {@code table.key}. */
    public String path() {
        return path;
    }

    public String unit() {
        return unit;
    }

    public boolean isWhole() {
        return whole;
    }

    boolean allows(double value) {
        return value >= minimum && value <= maximum && (!whole || value == Math.rint(value));
    }

    String range() {
        return String.format(
                Locale.ROOT, "%s from %.0f to %.0f", whole ? "a whole number" : "a number", minimum, maximum);
    }
}
