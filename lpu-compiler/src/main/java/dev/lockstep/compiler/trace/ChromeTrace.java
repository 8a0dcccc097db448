package dev.lockstep.compiler.trace;

import dev.lockstep.compiler.decode.DecodeSchedule;
import dev.lockstep.compiler.decode.Mark;
import dev.lockstep.lpu.isa.LinkInstruction;
import dev.lockstep.lpu.isa.Queue;
import dev.lockstep.lpu.machine.Machine;
import dev.lockstep.lpu.machine.Port;
import dev.lockstep.lpu.machine.Quantity;
import dev.lockstep.lpu.machine.Wiring;
import dev.lockstep.lpu.program.Block;
import dev.lockstep.lpu.program.Entry;
import dev.lockstep.lpu.program.LpuProgram;
import dev.lockstep.lpu.program.Placement;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/**
 * A schedule as the trace events that Perfetto and Chrome read, in three levels of detail: the phases of every stage; what the links of one node carry during a layer, with arrows from
 * sends to receives; and every instruction of one chip for that layer. True cycles stand in the arguments, because time stamps are microseconds. Written as it is made, never held in memory.
 */
public final class ChromeTrace {
    private static final int NODE_PROCESS = 10_000;
    private static final int CHIP_PROCESS = 20_000;

    private final DecodeSchedule schedule;
    private final Machine machine;
    private final Appendable out;
    private boolean first = true;

    private ChromeTrace(DecodeSchedule schedule, Machine machine, Appendable out) {
        this.schedule = schedule;
        this.machine = machine;
        this.out = out;
    }

    /** @param tensor chips of a stage */
    public static void write(DecodeSchedule schedule, Machine machine, int tensor, Appendable out) throws IOException {
        new ChromeTrace(schedule, machine, out).write(tensor);
    }

    private void write(int tensor) throws IOException {
        out.append("{\"displayTimeUnit\":\"ns\",\"traceEvents\":[\n");
        int stage = 0;
        List<Long> starts = schedule.starts();
        for (int i = 0; i < starts.size(); i++) {
            name(i, 0, "stage " + (i + 1) + " (" + tensor + " chips)");
            for (Mark.Phase phase : Mark.Phase.values()) {
                name(i, phase.ordinal() + 1, phase.words());
            }
        }
        for (Mark mark : schedule.marks()) {
            while (stage + 1 < starts.size() && starts.get(stage + 1) + 300 <= mark.start()) {
                stage++;
            }
            String name = mark.half() < 0
                    ? mark.phase().words()
                    : "layer " + mark.half() / 2 + ": " + mark.phase().words();
            slice(stage, mark.phase().ordinal() + 1, name, mark.start(), mark.end() - mark.start(), "");
        }
        int shown = starts.size() / 2;
        node(shown, tensor);
        chip(shown, tensor);
        out.append("\n]}\n");
    }

    /** Vectors on the links between the chips of the first node of a stage. */
    private void node(int stage, int tensor) throws IOException {
        LpuProgram program = schedule.program();
        Wiring wiring = Wiring.of(machine, program.topology(), program.chips().size());
        int first = stage * tensor;
        int chips = Math.min(tensor, machine.whole(Quantity.NODE_CHIPS));
        int flow = 0;
        for (int chip = first; chip < first + chips; chip++) {
            name(NODE_PROCESS + chip, 0, "links of chip " + chip + " in its first layer");
            for (int port = 0; port < machine.whole(Quantity.LOCAL_PORTS); port++) {
                Optional<Port> peer = wiring.peer(chip, port);
                if (peer.isPresent()) {
                    int from = thread(chip, port, "sends");
                    int to = thread(peer.get().chip(), peer.get().port(), "receives");
                    flow = vectors(stage, tensor, chip, port, from, peer.get(), to, flow);
                }
            }
        }
    }

    private int thread(int chip, int port, String what) throws IOException {
        int thread = 2 * port + (what.equals("sends") ? 1 : 2);
        name(NODE_PROCESS + chip, thread, "port " + port + " " + what);
        return thread;
    }

    /** The n-th vector that is sent at one end is the n-th that is received at the other. */
    private int vectors(int stage, int tensor, int chip, int port, int from, Port peer, int to, int firstFlow)
            throws IOException {
        long end = end(stage, tensor);
        List<Long> sent = cycles(chip, port, LinkInstruction.Send.class);
        List<Long> received = cycles(peer.chip(), peer.port(), LinkInstruction.Receive.class);
        int flow = firstFlow;
        for (int n = 0; n < Math.min(sent.size(), received.size()) && received.get(n) <= end; n++) {
            slice(NODE_PROCESS + chip, from, "vector", sent.get(n), machine.whole(Quantity.VECTOR_CYCLES), "");
            arrow("s", NODE_PROCESS + chip, from, sent.get(n), ++flow);
            slice(NODE_PROCESS + peer.chip(), to, "vector", received.get(n), 1, "");
            arrow("f", NODE_PROCESS + peer.chip(), to, received.get(n), flow);
        }
        return flow;
    }

    private List<Long> cycles(int chip, int port, Class<? extends LinkInstruction> kind) {
        Placement placement = schedule.program().chips().get(chip).getFirst();
        List<Long> cycles = new ArrayList<>();
        for (Entry entry : schedule.program().blocks().get(placement.block()).entries(Queue.link(port))) {
            for (int outer = 0;
                    kind.isInstance(entry.instruction())
                            && outer < entry.outer().count();
                    outer++) {
                for (int inner = 0; inner < entry.inner().count(); inner++) {
                    cycles.add(placement.start()
                            + entry.cycle()
                            + (long) outer * entry.outer().interval()
                            + (long) inner * entry.inner().interval());
                }
            }
        }
        return cycles;
    }

    /** The end of the first layer of a stage: it has four or five. */
    private long end(int stage, int tensor) {
        Placement placement = schedule.program().chips().get(stage * tensor).getFirst();
        return schedule.starts().get(stage)
                + schedule.program().blocks().get(placement.block()).lastCycle() / 4;
    }

    /** Every instruction of the first chip of a stage during its first layer. */
    private void chip(int stage, int tensor) throws IOException {
        Placement placement = schedule.program().chips().get(stage * tensor).getFirst();
        Block block = schedule.program().blocks().get(placement.block());
        long to = end(stage, tensor);
        name(CHIP_PROCESS, 0, "chip " + stage * tensor + ", every instruction of its first layer");
        for (Map.Entry<Queue, List<Entry>> queue : block.queues().entrySet()) {
            int thread = queue.getKey().number() + 1;
            name(CHIP_PROCESS, thread, queue.getKey().toString());
            for (Entry entry : queue.getValue()) {
                long cycle = placement.start() + entry.cycle();
                if (cycle <= to) {
                    String kind = entry.instruction().getClass().getSimpleName();
                    long length = entry.lastCycle() - entry.cycle() + 1;
                    slice(CHIP_PROCESS, thread, kind, cycle, length, ",\"dispatches\":" + entry.dispatches());
                }
            }
        }
    }

    private void name(int process, int thread, String name) throws IOException {
        event(String.format(
                Locale.ROOT,
                "{\"ph\":\"M\",\"name\":\"%s\",\"pid\":%d,\"tid\":%d,\"args\":{\"name\":\"%s\"}}",
                thread == 0 ? "process_name" : "thread_name",
                process,
                thread,
                name));
    }

    /** Times are whole nanoseconds, because slices of a thread must not overlap by a rounding. */
    private void slice(int process, int thread, String name, long cycle, long cycles, String more) throws IOException {
        long start = nanoseconds(cycle);
        long end = nanoseconds(cycle + Math.max(0, cycles));
        event(String.format(
                Locale.ROOT,
                "{\"ph\":\"X\",\"name\":\"%s\",\"pid\":%d,\"tid\":%d,\"ts\":%.3f,\"dur\":%.3f,\"args\":{\"cycle\":%d,\"cycles\":%d%s}}",
                name,
                process,
                thread,
                start / 1e3,
                (end - start) / 1e3,
                cycle,
                cycles,
                more));
    }

    private long nanoseconds(long cycle) {
        return (long) machine.nanoseconds(cycle);
    }

    private void arrow(String phase, int process, int thread, long cycle, int flow) throws IOException {
        event(String.format(
                Locale.ROOT,
                "{\"ph\":\"%s\",\"bp\":\"e\",\"cat\":\"link\",\"name\":\"vector\",\"id\":%d,\"pid\":%d,\"tid\":%d,\"ts\":%.3f}",
                phase,
                flow,
                process,
                thread,
                nanoseconds(cycle) / 1e3));
    }

    private void event(String text) throws IOException {
        out.append(first ? "" : ",\n").append(text);
        first = false;
    }
}
