package dev.lockstep.compiler.report;

import dev.lockstep.compiler.Plan;
import dev.lockstep.lpu.isa.LinkInstruction;
import dev.lockstep.lpu.isa.Queue;
import dev.lockstep.lpu.machine.Machine;
import dev.lockstep.lpu.machine.Quantity;
import dev.lockstep.lpu.program.Block;
import dev.lockstep.lpu.program.Entry;
import dev.lockstep.lpu.program.LpuProgram;
import dev.lockstep.lpu.program.Placement;
import java.util.Arrays;
import java.util.Base64;
import java.util.HashMap;
import java.util.Map;

/** How much passes over each link. */
final class LinksSection {
    private final Html html;
    private final Outcome outcome;
    private final Plan plan;
    private final Machine machine;

    private LinksSection(Html html, Outcome outcome) {
        this.html = html;
        this.outcome = outcome;
        this.plan = outcome.plan();
        this.machine = plan.question().machine();
    }

    static void write(Html html, Outcome outcome) {
        new LinksSection(html, outcome).write();
    }

    /** Vectors that each port of each chip sends. */
    static long[][] sent(Outcome outcome) {
        LpuProgram program = outcome.schedule().program();
        int ports = outcome.plan().question().machine().whole(Quantity.PORTS);
        long[][] sent = new long[ports][outcome.plan().partition().chips()];
        Map<Integer, long[]> known = new HashMap<>();
        for (int chip = 0; chip < sent[0].length; chip++) {
            for (Placement placement : program.chips().get(chip)) {
                long[] perPort = known.computeIfAbsent(
                        placement.block(), index -> sends(program.blocks().get(index), ports));
                for (int port = 0; port < ports; port++) {
                    sent[port][chip] += perPort[port];
                }
            }
        }
        return sent;
    }

    /** Of the port that sends most. */
    static long busiest(long[][] sent) {
        return Arrays.stream(sent).flatMapToLong(Arrays::stream).max().orElse(0);
    }

    /** The share of a token's time in which a port sends so many vectors. */
    static double share(Outcome outcome, long vectors) {
        return (double) vectors
                * outcome.plan().question().machine().whole(Quantity.VECTOR_CYCLES)
                / outcome.cyclesPerToken();
    }

    private void write() {
        long[][] sent = sent(outcome);
        long most = busiest(sent);
        int ports = sent.length;
        int chips = sent[0].length;
        byte[] bytes = new byte[ports * chips];
        for (int port = 0; port < ports; port++) {
            for (int chip = 0; chip < chips; chip++) {
                bytes[port * chips + chip] = (byte) (255 * sent[port][chip] / Math.max(1, most));
            }
        }
        html.add(
                "<h2>Links</h2><p>%,d vectors of 320 bytes cross links for a token. Chips from left to right, stage after stage, and their %d ports from top to bottom. The busiest sends"
                        + " %,d vectors, which is %.1f %% of its time: latency counts, not bandwidth.</p>",
                outcome.actions().getOrDefault("LINK_VECTOR", 0L), ports, most, 100 * share(outcome, most));
        int local = machine.whole(Quantity.LOCAL_PORTS);
        html.raw("<div class=\"panel\"><div class=\"timed\"><div class=\"phases plain\">");
        html.add(
                "<div style=\"top:0;height:%.1f%%\">to the %d other chips of the node</div>",
                100.0 * local / ports, local);
        html.add(
                "<div style=\"top:%.1f%%;height:%.1f%%\">to other nodes</div></div>",
                100.0 * local / ports, 100.0 * (ports - local) / ports);
        html.add(
                "<canvas data-w=\"%d\" data-h=\"%d\" data-tall=\"14\" data-rows=\"port\" data-row=\"1\" data-most=\"%d\" data-bytes=\"%s\"></canvas></div>",
                chips, ports, most, Base64.getEncoder().encodeToString(bytes));
        html.add(
                "<div class=\"axis timed\"><span></span><div><span>chip 0, stage 1</span><span>chip %d, stage %d</span></div></div></div>",
                plan.partition().chips() - 1, plan.partition().stages());
    }

    private static long[] sends(Block block, int ports) {
        long[] sends = new long[ports];
        for (int port = 0; port < ports; port++) {
            for (Entry entry : block.entries(Queue.link(port))) {
                sends[port] += entry.instruction() instanceof LinkInstruction.Send ? entry.dispatches() : 0;
            }
        }
        return sends;
    }
}
