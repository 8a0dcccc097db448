package dev.lockstep.host;

import dev.lockstep.graph.Graph;
import dev.lockstep.graph.GraphPrinter;
import dev.lockstep.host.cache.CacheKey;
import dev.lockstep.host.cache.CodeFingerprint;
import dev.lockstep.host.cache.EntryDraft;
import dev.lockstep.host.cache.EntryKind;
import dev.lockstep.host.code.CodeException;
import dev.lockstep.host.code.NativeCode;
import dev.lockstep.host.cpu.Target;
import dev.lockstep.host.llvm.LlvmLibrary;
import dev.lockstep.host.memory.LargeMemory;
import dev.lockstep.host.program.WeightPlan;
import dev.lockstep.tensor.Tensor;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Supplier;

/** Takes code and packed weights from the program cache, and brings there what had to be made. */
final class CachedProgram {
    private final Optional<HostCache> cache;
    private final String fingerprint;
    private final List<Thread> writers = new ArrayList<>();

    /** @param cache empty to make everything anew */
    CachedProgram(Optional<HostCache> cache) {
        String code = "";
        if (cache.isPresent()) {
            try {
                code = CodeFingerprint.of(List.of(CachedProgram.class, Graph.class, Tensor.class));
            } catch (IOException unknown) {
                cache = Optional.empty(); // without it, entries of another version could be taken for ours
            }
        }
        this.cache = cache;
        this.fingerprint = code;
    }

    /** The linked code of a graph. */
    NativeCode code(Graph graph, HostOptions options, Target target, Supplier<byte[]> compiled) {
        if (cache.isEmpty()) {
            return NativeCode.load(compiled.get());
        }
        CacheKey key = CacheKey.of(
                EntryKind.CODE,
                List.of(
                        fingerprint,
                        GraphPrinter.print(graph),
                        options.kvType().name(),
                        Integer.toString(options.maxStepTokens()),
                        target.toString(),
                        LlvmLibrary.identity()));
        Optional<byte[]> known = object(key);
        if (known.isPresent()) {
            try {
                return NativeCode.load(known.get());
            } catch (CodeException foreign) {
                cache.get().programs().delete(key);
            }
        }
        byte[] object = compiled.get();
        NativeCode code = NativeCode.load(object);
        write(key, MemorySegment.ofArray(object));
        return code;
    }

    private Optional<byte[]> object(CacheKey key) {
        try (Arena arena = Arena.ofShared()) {
            return cache.orElseThrow().programs().read(key, arena).map(file -> file.toArray(ValueLayout.JAVA_BYTE));
        }
    }

    /** The packed weights of a model that the cache has, until the arena closes. */
    Optional<MemorySegment> knownWeights(WeightPlan plan, Arena arena) {
        return cache.flatMap(known -> known.programs().read(weightsKey(plan), arena))
                .filter(content -> content.byteSize() == plan.bytes());
    }

    /**
     * Weights that have to be packed. Where there is a cache they are packed into an entry of it and used from there, so that the process has
     * what its next start will have: memory that is shared and can be read again, and no second copy.
     *
     * @param packing fills the target with all weights; called again with another one if the first cannot be written
     */
    MemorySegment makeWeights(WeightPlan plan, Arena arena, Consumer<PackingTarget> packing) {
        return cache.flatMap(
                        known -> known.programs().draft(weightsKey(plan), known.model(), known.type(), plan.bytes()))
                .flatMap(draft -> makeWeights(draft, arena, packing))
                .orElseGet(() -> {
                    MemorySegment packed = LargeMemory.allocate(Math.max(plan.bytes(), 1), arena);
                    packing.accept(new PackingTarget.Memory(packed));
                    return packed;
                });
    }

    /** Empty if the disk refuses, which the user is told. */
    private Optional<MemorySegment> makeWeights(EntryDraft draft, Arena arena, Consumer<PackingTarget> packing) {
        try (Arena scratch = Arena.ofShared()) {
            packing.accept(new PackingTarget.Entry(draft, scratch));
            MemorySegment packed = draft.map(arena);
            beside(() -> publish(draft));
            return Optional.of(packed);
        } catch (UncheckedIOException refused) {
            abandon(draft, refused.getCause());
        } catch (IOException refused) {
            abandon(draft, refused);
        } catch (RuntimeException | Error failure) {
            drop(draft);
            throw failure;
        }
        return Optional.empty();
    }

    private void publish(EntryDraft draft) {
        try (draft) {
            draft.publish();
        } catch (IOException failure) {
            cache.orElseThrow().programs().warnOfWriting(failure);
        }
    }

    private void abandon(EntryDraft draft, IOException reason) {
        drop(draft);
        cache.orElseThrow().programs().warnOfWriting(reason);
    }

    private static void drop(EntryDraft draft) {
        try {
            draft.close();
        } catch (IOException left) {
            return; // what is left is deleted by whoever makes the entry
        }
    }

    private CacheKey weightsKey(WeightPlan plan) {
        List<String> parts =
                new ArrayList<>(List.of(fingerprint, cache.orElseThrow().identity()));
        plan.places().forEach(place -> parts.add(place.toString()));
        return CacheKey.of(EntryKind.WEIGHTS, parts);
    }

    private void write(CacheKey key, MemorySegment content) {
        HostCache known = cache.orElseThrow();
        beside(() -> known.programs().write(key, known.model(), known.type(), content));
    }

    /** Writes beside the work: the first token need not wait for the disk. */
    private synchronized void beside(Runnable writing) {
        writers.add(Thread.ofPlatform().daemon().name("lockstep-cache-writer").start(writing));
    }

    /** Waits until everything is written; the memory of weights must be there until then. */
    synchronized void finish() {
        Threads.join(writers);
    }
}
