package dev.lockstep.lpu.program;

import dev.lockstep.lpu.isa.IsaException;
import dev.lockstep.lpu.machine.Topology;
import java.util.List;
import java.util.Optional;

/**
 * A program for all chips of a system. It is data: what it computes and how long it takes follows from it and a machine alone.
 *
 * @param machine name of the machine description it was made for
 * @param topology which decides how ports are joined
 * @param maps lane maps of switch instructions, by index
 * @param blocks pieces of program, by index
 * @param chips placements of every chip in the order of their start; chips that do the same share a list
 * @param buffers what the host writes and reads
 * @param text where instructions are fetched from; if there is none, queues are taken to hold all of theirs
 */
public record LpuProgram(
        String machine,
        Topology topology,
        List<LaneMap> maps,
        List<Block> blocks,
        List<List<Placement>> chips,
        List<Buffer> buffers,
        List<TextPlace> text) {
    public LpuProgram {
        maps = List.copyOf(maps);
        blocks = List.copyOf(blocks);
        chips = List.copyOf(chips);
        buffers = List.copyOf(buffers);
        text = List.copyOf(text);
        for (List<Placement> placements : chips) {
            for (Placement placement : placements) {
                requireBlock(blocks, placement);
            }
        }
    }

    /** A program whose queues are taken to hold all of their text. */
    public LpuProgram(
            String machine,
            Topology topology,
            List<LaneMap> maps,
            List<Block> blocks,
            List<List<Placement>> chips,
            List<Buffer> buffers) {
        this(machine, topology, maps, blocks, chips, buffers, List.of());
    }

    /** Whether queues get their text by fetching it. */
    public boolean fetchesText() {
        return !text.isEmpty();
    }

    /** The buffer of that name on a chip. */
    public Optional<Buffer> buffer(String name, int chip) {
        return buffers.stream()
                .filter(buffer -> buffer.chip() == chip && buffer.name().equals(name))
                .findFirst();
    }

    /** Names stand in program text, where words end at blanks. */
    static void requireWord(String name) {
        if (!name.matches("[^\\s;,]+")) {
            throw new IsaException("'" + name + "' is no name: it has to be one word.");
        }
    }

    private static void requireBlock(List<Block> blocks, Placement placement) {
        if (placement.block() < 0 || placement.block() >= blocks.size()) {
            throw new IsaException("There is no block " + placement.block() + " among " + blocks.size() + ".");
        }
        Block block = blocks.get(placement.block());
        if (placement.bases().size() != block.bases()) {
            throw new IsaException("Block %s needs %d bases and is placed in cycle %d with %d."
                    .formatted(
                            block.name(),
                            block.bases(),
                            placement.start(),
                            placement.bases().size()));
        }
    }
}
