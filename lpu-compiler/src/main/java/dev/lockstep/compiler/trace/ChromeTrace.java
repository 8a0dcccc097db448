package dev.lockstep.compiler.trace;

import dev.lockstep.compiler.decode.DecodeSchedule;
import dev.lockstep.compiler.decode.Mark;
import dev.lockstep.lpu.isa.Queue;
import dev.lockstep.lpu.machine.Machine;
import dev.lockstep.lpu.program.Block;
import dev.lockstep.lpu.program.Entry;
import dev.lockstep.lpu.program.Placement;
import java.io.IOException;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * A schedule as the trace events that Perfetto and Chrome read: the phases of every stage, and every instruction of one chip for one layer. True cycles stand in the
 * arguments, because time stamps are microseconds. Written as it is made, never held in memory.
 */
public final class ChromeTrace {
    private static final int CHIP_PROCESS = 10_000;

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
        }
        for (Mark mark : schedule.marks()) {
            while (stage + 1 < starts.size() && starts.get(stage + 1) + 300 <= mark.start()) {
                stage++;
            }
            String name = mark.half() < 0
                    ? mark.phase().words()
                    : "layer " + mark.half() / 2 + ": " + mark.phase().words();
            slice(stage, mark.phase().ordinal(), name, mark.start(), mark.end() - mark.start(), "");
        }
        chip(starts.size() / 2, tensor);
        out.append("\n]}\n");
    }

    /** Every instruction of the first chip of a stage during its first layer. */
    private void chip(int stage, int tensor) throws IOException {
        Placement placement = schedule.program().chips().get(stage * tensor).getFirst();
        Block block = schedule.program().blocks().get(placement.block());
        long to = schedule.starts().get(stage) + block.lastCycle() / 4;
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

    private void slice(int process, int thread, String name, long cycle, long cycles, String more) throws IOException {
        event(String.format(
                Locale.ROOT,
                "{\"ph\":\"X\",\"name\":\"%s\",\"pid\":%d,\"tid\":%d,\"ts\":%.4f,\"dur\":%.4f,\"args\":{\"cycle\":%d,\"cycles\":%d%s}}",
                name,
                process,
                thread,
                machine.nanoseconds(cycle) / 1000,
                machine.nanoseconds(Math.max(0, cycles)) / 1000,
                cycle,
                cycles,
                more));
    }

    private void event(String text) throws IOException {
        out.append(first ? "" : ",\n").append(text);
        first = false;
    }
}
