package dev.lockstep.engine.service;

import dev.lockstep.engine.EngineException;
import dev.lockstep.engine.FinishReason;
import dev.lockstep.engine.FreeMemory;
import dev.lockstep.graph.machine.KvMemoryException;
import dev.lockstep.graph.machine.Machine;
import dev.lockstep.graph.machine.Step;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.LongSupplier;

/**
 * The texts that are being computed and those that wait, and what the next step does for them. Streams join and leave between steps.
 * Those whose next token somebody waits for are in every step; what is left of it is for prompts. Where memory runs out, the stream that
 * came last is suspended. Used by one thread.
 */
final class Batch implements AutoCloseable {
    private static final Comparator<AnswerStream> FIRST_COME = Comparator.<AnswerStream, Priority>comparing(
                    stream -> stream.job().priority())
            .thenComparing(stream -> stream.job().id());

    private static final Comparator<AnswerStream> SHORTEST = Comparator.<AnswerStream, Priority>comparing(
                    stream -> stream.job().priority())
            .thenComparing(AnswerStream::pending);

    private final Machine machine;
    private final int maxRunning;
    private final KvMemory memory;
    private final Step step;
    private final ChunkBudget budget;
    private final StatusBoard board;

    /** In the order in which they are served. */
    private final List<AnswerStream> waiting = new ArrayList<>();

    private final Deque<EmbeddingJob> embeddings = new ArrayDeque<>();

    private final List<AnswerStream> running = new ArrayList<>();
    private final List<AnswerStream> inStep = new ArrayList<>();
    private final List<AnswerStream> readers = new ArrayList<>();
    private final List<AnswerStream> deciders = new ArrayList<>();
    private final StepTimes times = new StepTimes();
    private final boolean speculation;
    private final Optional<DraftModel> draft;
    private final LongSupplier clock;
    private final List<DraftText> drafting = new ArrayList<>();

    Batch(
            Machine machine,
            Optional<DraftModel> draft,
            KvMemory memory,
            ServiceOptions options,
            StatusBoard board,
            LongSupplier clock) {
        this.machine = machine;
        this.draft = draft;
        this.maxRunning = Math.min(options.maxRunning(), machine.maxStepTokens());
        this.memory = memory;
        this.step = new Step(machine);
        this.budget = new ChunkBudget(options.stallTime().toNanos(), machine.maxStepTokens());
        this.board = board;
        this.speculation = options.speculation();
        this.clock = clock;
    }

    /**
     * A batch with memory as the options ask for it.
     *
     * @param clock of nanoseconds
     * @throws EngineException if there is not enough
     */
    static Batch of(
            Machine machine,
            Optional<DraftModel> draft,
            ServiceOptions options,
            StatusBoard board,
            LongSupplier clock) {
        long bytes = KvBudget.bytes(options, machine.contextLength(), machine.kvBlockBytes(), FreeMemory.bytes());
        if (options.speculation()) {
            draft.ifPresent(DraftModel::measure);
        }
        Optional<SpillFile> spill =
                options.spill().map(file -> SpillFile.open(file.directory(), file.bytes(), machine.kvBlockBytes()));
        return new Batch(machine, draft, new KvMemory(machine, bytes, spill), options, board, clock);
    }

    boolean isEmpty() {
        return running.isEmpty() && waiting.isEmpty() && embeddings.isEmpty();
    }

    void add(EmbeddingJob job) {
        embeddings.add(job);
    }

    void add(CompletionJob job) {
        if (speculation) {
            draft.ifPresent(model -> job.streams().forEach(stream -> stream.draftWith(model, memory)));
        }
        waiting.addAll(job.streams());
        waiting.sort(FIRST_COME);
    }

    /** Ends requests that were cancelled. */
    void dropCancelled() {
        dropCancelled(running);
        dropCancelled(waiting);
        board.present(running.size(), waiting.size(), memory);
    }

    void cancelAll() {
        running.forEach(stream -> stream.job().cancel());
        waiting.forEach(stream -> stream.job().cancel());
        embeddings.forEach(job -> job.fail(memory, new ServiceClosedException()));
        embeddings.clear();
    }

    /** Nothing can be computed any more. */
    void failAll(Throwable cause) {
        var failure = new EngineException("the service has broken down (" + cause + "); start it again", cause);
        List.copyOf(running).forEach(stream -> stream.job().fail(failure));
        List.copyOf(waiting).forEach(stream -> stream.job().fail(failure));
        embeddings.forEach(job -> job.fail(memory, failure));
    }

    @Override
    public void close() {
        memory.close();
    }

    private void dropCancelled(List<AnswerStream> streams) {
        for (int i = streams.size() - 1; i >= 0; i--) {
            AnswerStream stream = streams.get(i);
            if (stream.job().cancelled()) {
                streams.remove(i);
                stream.finish(FinishReason.CANCELLED);
                ended(stream);
            }
        }
    }

    /** Computes one step for as many as possible. */
    void step() {
        admit();
        plan();
        if (step.size() > 0) {
            compute();
        }
        if (!embeddings.isEmpty()) {
            embed();
        }
        board.present(running.size(), waiting.size() + embeddings.size(), memory);
    }

    /** A step of its own for texts that become vectors, a short one if somebody waits for tokens. */
    private void embed() {
        EmbeddingJob job = embeddings.getFirst();
        try {
            boolean read =
                    job.step(machine, memory, step, running.isEmpty() ? machine.maxStepTokens() : budget.tokens());
            if (!read && running.isEmpty()) {
                throw memory.tooLittle();
            }
        } catch (RuntimeException fault) {
            job.fail(memory, fault);
        }
        if (job.done()) {
            embeddings.removeFirst();
        }
    }

    /** Lets waiting streams in; those behind one that does not fit wait for it, so that nobody is overtaken for ever. */
    private void admit() {
        for (int i = 0; i < waiting.size() && running.size() < maxRunning; ) {
            AnswerStream stream = waiting.get(i);
            if (siblingReadsPrompt(stream)) {
                i++;
            } else if (stream.start(memory)) {
                waiting.remove(i);
                running.add(stream);
            } else if (running.isEmpty()
                    && (embeddings.isEmpty() || !embeddings.getFirst().begun())) {
                fail(stream, memory.tooLittle());
            } else {
                return;
            }
        }
    }

    private boolean siblingReadsPrompt(AnswerStream stream) {
        for (AnswerStream other : running) {
            if (other.job() == stream.job() && !other.answer().begun()) {
                return true;
            }
        }
        return false;
    }

    private void plan() {
        step.clear();
        inStep.clear();
        readers.clear();
        deciders.clear();
        for (int i = 0; i < running.size(); i++) {
            AnswerStream stream = running.get(i);
            if (stream.reading()) {
                readers.add(stream);
            } else if (reserve(stream)) {
                deciders.add(stream);
            }
        }
        planDeciders();
        int waitingForToken = step.size();
        int room = machine.maxStepTokens() - waitingForToken;
        planReaders(waitingForToken == 0 ? room : Math.min(room, budget.tokens()));
    }

    /** Their next tokens, and guesses of those behind as far as that pays. */
    private void planDeciders() {
        if (speculation) {
            guess();
        }
        for (AnswerStream stream : deciders) {
            take(stream, 1);
        }
    }

    private void guess() {
        drafting.clear();
        int tokens = deciders.size();
        for (AnswerStream stream : deciders) {
            stream.guess(times, deciders.size(), tokens, machine.maxStepTokens() - tokens);
            tokens += stream.guessed();
            stream.drafting().ifPresent(drafting::add);
        }
        if (!drafting.isEmpty()) {
            draft.orElseThrow().guess(drafting);
        }
    }

    /**
     * Half of the room is for the prompt that came first, so that each gets done; the rest for those with the least left to read, so that
     * a short one need not wait for a long one. What these leave over is the first one's, too.
     */
    private void planReaders(int room) {
        readers.sort(FIRST_COME);
        leaveOutThoseWhoseNextBlockIsBeingRead();
        if (readers.isEmpty()) {
            return;
        }
        AnswerStream first = readers.removeFirst();
        readers.sort(SHORTEST);
        int others = 0;
        for (AnswerStream stream : readers) {
            others += stream.pending();
        }
        int share = Math.min(first.pending(), Math.max((room + 1) / 2, room - others));
        take(first, share);
        int left = room - share;
        for (int i = 0; i < readers.size() && left > 0; i++) {
            int count = Math.min(readers.get(i).pending(), left);
            take(readers.get(i), count);
            left -= count;
        }
    }

    /** Where prompts begin alike, one computes what they have in common, and the others find it in the cache a step later. */
    private void leaveOutThoseWhoseNextBlockIsBeingRead() {
        Set<PrefixCache.Place> beingRead = new HashSet<>();
        readers.removeIf(stream -> {
            stream.lookAgain(memory);
            Optional<PrefixCache.Place> next = stream.nextBlock();
            return next.isPresent() && !beingRead.add(next.get());
        });
    }

    /** Makes sure of memory for a stream's next token, at the cost of one that came later if need be. */
    private boolean reserve(AnswerStream stream) {
        while (!stream.reserve()) {
            AnswerStream last = stream;
            for (AnswerStream other : running) {
                last = !deciders.contains(other) && FIRST_COME.compare(other, last) > 0 ? other : last;
            }
            suspend(last);
            if (last == stream) {
                return false;
            }
        }
        return true;
    }

    private void suspend(AnswerStream stream) {
        stream.suspend();
        running.remove(stream);
        readers.remove(stream);
        waiting.add(stream);
        waiting.sort(FIRST_COME);
    }

    private void take(AnswerStream stream, int count) {
        stream.contribute(step, count);
        inStep.add(stream);
    }

    private void compute() {
        long start = clock.getAsLong();
        try {
            machine.run(step);
        } catch (KvMemoryException full) {
            makeDo();
            return;
        } catch (RuntimeException fault) {
            List.copyOf(inStep).forEach(stream -> fail(stream, fault));
            return;
        }
        long nanos = clock.getAsLong() - start;
        int read = learn(nanos);
        int before = answered();
        for (AnswerStream stream : inStep) {
            if (!stream.job().done()) {
                advance(stream);
            }
        }
        board.stepped(read, answered() - before, nanos);
        sortOut();
    }

    /**
     * The system gives less memory than the service was promised: from now on it lives with less. Who was in the step begins anew
     * when there is room; who was alone, and had the memory of the cache, too, is told to try again later.
     */
    private void makeDo() {
        List<AnswerStream> broken = List.copyOf(inStep);
        boolean hadAll = broken.size() == 1 && running.size() == 1 && memory.cachedBytes() == 0;
        memory.shrink();
        broken.forEach(AnswerStream::abandon);
        if (hadAll) {
            fail(broken.getFirst(), memory.tooLittle());
            return;
        }
        running.removeAll(broken);
        waiting.addAll(broken);
        waiting.sort(FIRST_COME);
    }

    /** Learns how long such steps take, and says how many tokens of prompts it read. */
    private int learn(long nanos) {
        int chosen = 0;
        for (AnswerStream stream : inStep) {
            chosen += stream.answer().begun() ? 1 : 0;
        }
        int guessed = 0;
        for (AnswerStream stream : deciders) {
            guessed += stream.guessed();
        }
        int read = step.size() - chosen - guessed;
        if (read == 0) {
            times.measured(step.size(), nanos);
            draft.ifPresent(model -> model.ledger().passed(nanos));
        } else if (chosen > 0) {
            budget.learn(read, nanos);
        }
        return read;
    }

    /** Tokens of all answers in the step so far. */
    private int answered() {
        int sum = 0;
        for (AnswerStream stream : inStep) {
            sum += stream.answer().length();
        }
        return sum;
    }

    private void advance(AnswerStream stream) {
        try {
            stream.received();
            if (stream.readPrompt()) {
                startSiblings(stream);
            }
            stream.advance(step);
        } catch (RuntimeException fault) {
            fail(stream, fault);
        }
    }

    private void startSiblings(AnswerStream stream) {
        for (int i = 0; i < waiting.size() && running.size() < maxRunning; ) {
            AnswerStream sibling = waiting.get(i);
            if (sibling.job() == stream.job() && !sibling.answer().begun() && sibling.startLike(stream, step)) {
                waiting.remove(i);
                running.add(sibling);
            } else {
                i++;
            }
        }
    }

    /** Finished streams leave, those that were suspended to read anew wait for their memory. */
    private void sortOut() {
        for (int i = running.size() - 1; i >= 0; i--) {
            AnswerStream stream = running.get(i);
            if (stream.finished()) {
                running.remove(i);
                ended(stream);
            } else if (!stream.running()) {
                running.remove(i);
                waiting.add(stream);
                waiting.sort(FIRST_COME);
            }
        }
    }

    private void ended(AnswerStream stream) {
        if (stream.job().done()) {
            board.ended(stream.job());
        }
    }

    private void fail(AnswerStream failed, RuntimeException fault) {
        CompletionJob job = failed.job();
        if (job.done()) {
            return;
        }
        job.fail(fault instanceof EngineException known ? known : new EngineException(String.valueOf(fault), fault));
        job.streams().forEach(AnswerStream::suspend);
        running.removeAll(job.streams());
        waiting.removeAll(job.streams());
        board.failed(job);
    }

    KvMemory memory() {
        return memory;
    }
}
