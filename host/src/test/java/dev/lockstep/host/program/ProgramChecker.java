package dev.lockstep.host.program;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lockstep.graph.Op;
import dev.lockstep.graph.RowKind;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.IntStream;

/**
 * Walks through a program core by core and word by word, and complains if a core reads in some phase what another writes in
 * it, if two write the same, or if a word read is not of the buffer that was last written there.
 */
final class ProgramChecker {
    private static final int WORD = 4;
    private static final int VECTOR = 64;
    private static final int NOBODY = -1;

    private final HostProgram program;
    private final int cores;
    private final int tokens;
    private final List<Integer> wanted;
    private final Arena shared;
    private final Arena[] own;

    /** Writers of keys and values of the present phase, and everything written so far, by layer, token and head. */
    private final Map<String, Integer> appendedNow = new HashMap<>();

    private final Set<String> appended = new HashSet<>();

    /** For one token: who attends in this phase, by layer; the layer whose results wait for merging; who merges in this phase. */
    private final Map<Integer, Set<Integer>> attending = new HashMap<>();

    private int attended = NOBODY;
    private final Set<Integer> mergers = new HashSet<>();

    /** What each word holds, and who touched it in this phase. */
    private static final class Arena {
        private final Slot[] holds;
        private final int[] writer;
        private final Map<Integer, Set<Integer>> readers = new HashMap<>();

        Arena(long bytes) {
            holds = new Slot[(int) bytes / WORD];
            writer = new int[holds.length];
            Arrays.fill(writer, NOBODY);
        }

        void write(String what, int core, Slot slot, long at, long bytes) {
            for (int word = (int) at / WORD; word < (at + bytes) / WORD; word++) {
                if (writer[word] != NOBODY && writer[word] != core) {
                    assertThat(core)
                            .as(what + " writes word " + word + " that another core writes")
                            .isEqualTo(writer[word]);
                }
                Set<Integer> others = readers.getOrDefault(word, Set.of());
                if (!Set.of(core).containsAll(others)) {
                    assertThat(others)
                            .as(what + " overwrites word " + word + " that others read")
                            .isSubsetOf(core);
                }
                writer[word] = core;
                holds[word] = slot;
            }
        }

        void read(String what, int core, Slot slot, long at, long bytes) {
            for (int word = (int) at / WORD; word < (at + bytes) / WORD; word++) {
                if (holds[word] != slot) {
                    assertThat(holds[word]).as(what + " reads word " + word).isSameAs(slot);
                }
                if (writer[word] != NOBODY && writer[word] != core) {
                    assertThat(core)
                            .as(what + " reads word " + word + " before the barrier")
                            .isEqualTo(writer[word]);
                }
                readers.computeIfAbsent(word, _ -> new HashSet<>()).add(core);
            }
        }

        void barrier() {
            Arrays.fill(writer, NOBODY);
            readers.clear();
        }
    }

    private ProgramChecker(HostProgram program, int cores, int tokens, List<Integer> wanted) {
        this.program = program;
        this.cores = cores;
        this.tokens = tokens;
        this.wanted = wanted;
        this.shared = new Arena(program.sharedBytes());
        this.own = IntStream.range(0, cores)
                .mapToObj(_ -> new Arena(program.privateBytes()))
                .toArray(Arena[]::new);
    }

    /** @param wanted tokens whose logits are wanted */
    static void check(HostProgram program, int cores, int tokens, List<Integer> wanted) {
        new ProgramChecker(program, cores, tokens, wanted).check(false);
        new ProgramChecker(program, cores, tokens, wanted).check(program.capacity() > 1);
    }

    /** @param manyTokens whether there are so many that cores share tokens, not rows, where they may */
    private void check(boolean manyTokens) {
        if (!program.embeds()) {
            Slot embedding = program.embedding();
            shared.write("the caller", 0, embedding, embedding.offset(), (long) tokens * embedding.rowBytes());
        }
        barrier();
        for (List<Task> phase : program.phases()) {
            for (int core = 0; core < cores; core++) {
                for (Task task : phase) {
                    new Walk(task, core, manyTokens && RowRun.ofWholeTokens(phase), manyTokens).run();
                }
            }
            barrier();
        }
        Slot logits = program.logits();
        assertThat(logits.isPrivate()).as("private logits").isFalse();
        shared.read("the caller", 0, logits, logits.offset(), (long) wanted.size() * logits.rowBytes());
    }

    private void barrier() {
        shared.barrier();
        Arrays.stream(own).forEach(Arena::barrier);
        appended.addAll(appendedNow.keySet());
        appendedNow.clear();
        assertThat(attending.size()).as("layers that attend in one phase").isLessThanOrEqualTo(1);
        attending.keySet().forEach(layer -> attended = layer);
        attending.clear();
        mergers.clear();
    }

    /** One task on one core. */
    private final class Walk {
        private final Task task;
        private final int core;
        private final int count;
        private final boolean ownTokens;
        private final boolean appendsOwn;

        Walk(Task task, int core, boolean ownTokens, boolean appendsOwn) {
            this.task = task;
            this.core = core;
            this.ownTokens = ownTokens;
            this.appendsOwn = appendsOwn && task.part() == Task.Part.APPEND;
            this.count = task.wanted() ? wanted.size() : tokens;
        }

        void run() {
            if (task.part() == Task.Part.GATHER) {
                for (int index = core; index < count; index += cores) {
                    readRow(0, wanted.get(index));
                    writeRow(index);
                }
                return;
            }
            switch (task.op()) {
                case Op.RmsNorm _, Op.LayerNorm _, Op.Quantize _, Op.Route _ ->
                    eachTokenwise(token -> {
                        readRow(0, token);
                        writeRow(token);
                    });
                case Op.Weave weave -> {
                    for (int token = core; token < count; token += cores) {
                        for (int input = 0; input < weave.inputs().size(); input++) {
                            readRow(input, token);
                        }
                        writeRow(token);
                    }
                }
                case Op.Linear _, Op.HeadLinear _ ->
                    eachToken(token -> {
                        readRow(0, token);
                        writeVectors(token);
                    });
                case Op.ExpertLinear _ ->
                    eachToken(token -> {
                        readRow(0, token);
                        readRow(1, token);
                        writeVectors(token);
                    });
                case Op.Add _, Op.Gated _ ->
                    eachToken(token -> {
                        readVectors(0, token);
                        readVectors(1, token);
                        writeVectors(token);
                    });
                case Op.Bias _, Op.Scale _, Op.SoftCap _, Op.Activate _ ->
                    eachToken(token -> {
                        readVectors(0, token);
                        writeVectors(token);
                    });
                case Op.ExpertSum _, Op.ExpertBias _, Op.RowGate _ ->
                    eachToken(token -> {
                        readVectors(0, token);
                        readRow(1, token);
                        writeVectors(token);
                    });
                case Op.Attention attention -> attention(attention);
                case Op.Embedding _ -> eachTokenwise(this::writeRow);
            }
        }

        /** Every token where each core has rows of its own, or else the core's tokens. */
        private void eachTokenwise(java.util.function.IntConsumer body) {
            boolean everyToken = task.cut() == Cut.REPLICATED;
            assertThat(task.output().isPrivate()).isEqualTo(everyToken);
            for (int token = everyToken ? 0 : core; token < count; token += everyToken ? 1 : cores) {
                body.accept(token);
            }
        }

        private void eachToken(java.util.function.IntConsumer body) {
            IntStream.range(0, count).filter(token -> !ownTokens || own(token)).forEach(body);
        }

        private boolean own(int token) {
            return token % cores == core;
        }

        private void attention(Op.Attention attention) {
            if (task.part() == Task.Part.MERGE) {
                merge(attention);
                return;
            }
            if (task.part() == Task.Part.ATTEND && program.capacity() == 1) {
                assertThat(mergers).as(task + " overwrites what others merge").isSubsetOf(core);
                attending
                        .computeIfAbsent(attention.layer(), _ -> new HashSet<>())
                        .add(core);
            }
            for (int unit = 0; unit < count * attention.kvHeads(); unit++) {
                int token = unit / attention.kvHeads();
                int head = unit % attention.kvHeads();
                if (!(appendsOwn ? own(token) : unit % cores == core)) {
                    continue;
                }
                long headBytes = 4L * attention.headSize();
                long groupBytes = attention.group() * headBytes;
                Slot queries = task.inputs().getFirst();
                long place = queries.offset() + (long) token * queries.rowBytes() + head * groupBytes;
                read(queries, place, groupBytes);
                if (task.part() == Task.Part.APPEND) {
                    Slot turned = task.output();
                    long to = turned.offset() + (long) token * turned.rowBytes() + head * groupBytes;
                    write(turned, to, groupBytes);
                    for (Slot slot : task.inputs().subList(1, 3)) {
                        read(slot, slot.offset() + (long) token * slot.rowBytes() + head * headBytes, headBytes);
                    }
                    appendedNow.put(attention.layer() + " " + token + " " + head, core);
                } else {
                    attend(attention, token, head, groupBytes);
                }
            }
        }

        private void attend(Op.Attention attention, int token, int head, long groupBytes) {
            if (program.capacity() > 1) { // a single token's results are not in the arena until they are merged
                Slot output = task.output();
                write(output, output.offset() + (long) token * output.rowBytes() + head * groupBytes, groupBytes);
            }
            for (int before = 0; before <= token; before++) {
                String place = attention.layer() + " " + before + " " + head;
                int appender = appendedNow.getOrDefault(place, appended.contains(place) ? core : NOBODY);
                assertThat(appender).as(task + " attends to " + place).isEqualTo(core);
            }
        }

        private void merge(Op.Attention attention) {
            assertThat(task.output().isPrivate()).isTrue();
            assertThat(attending.keySet()).as(task + " before the barrier").isSubsetOf(Set.of());
            assertThat(attended).as(task + " merges what is there").isEqualTo(attention.layer());
            mergers.add(core);
            writeRow(0);
        }

        private void readRow(int input, int token) {
            Slot slot = task.inputs().get(input);
            // What follows the elements of the last vector or of a choice is neither written nor used.
            for (int part = 0; part < slot.parts(); part++) {
                read(slot, partAt(slot, token, part), usedBytes(slot));
            }
        }

        private void writeRow(int token) {
            Slot slot = task.output();
            write(slot, slot.offset() + (long) token * slot.rowBytes(), slot.rowBytes());
        }

        private void readVectors(int input, int token) {
            Slot slot = task.inputs().get(input);
            for (int part = 0; part < slot.parts(); part++) {
                long from = firstVector(slot) * VECTOR;
                long to = Math.min(endVector(slot) * VECTOR, usedBytes(slot));
                read(slot, partAt(slot, token, part) + from, to - from);
            }
        }

        private void writeVectors(int token) {
            Slot slot = task.output();
            for (int part = 0; part < slot.parts(); part++) {
                long from = firstVector(slot);
                long to = endVector(slot);
                write(slot, partAt(slot, token, part) + from * VECTOR, (to - from) * VECTOR);
            }
        }

        private long firstVector(Slot slot) {
            return ownTokens ? 0 : (long) core * vectors(slot) / cores;
        }

        private long endVector(Slot slot) {
            return ownTokens ? vectors(slot) : (core + 1L) * vectors(slot) / cores;
        }

        private int vectors(Slot slot) {
            return (slot.partWidth() + 15) / 16;
        }

        private long partAt(Slot slot, int token, int part) {
            return slot.offset() + (long) token * slot.rowBytes() + (long) part * slot.partBytes();
        }

        private long usedBytes(Slot slot) {
            return slot.kind() == RowKind.F32 ? 4L * slot.partWidth() : slot.partBytes();
        }

        private void read(Slot slot, long at, long bytes) {
            arena(slot).read(what(), core, slot, at, bytes);
        }

        private void write(Slot slot, long at, long bytes) {
            arena(slot).write(what(), core, slot, at, bytes);
        }

        private String what() {
            return "core " + core + " in " + task;
        }

        private Arena arena(Slot slot) {
            return slot.isPrivate() ? own[core] : shared;
        }
    }
}
