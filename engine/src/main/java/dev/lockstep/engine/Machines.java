package dev.lockstep.engine;

import dev.lockstep.graph.Graph;
import dev.lockstep.graph.machine.Machine;
import dev.lockstep.graph.reference.ReferenceMachine;
import dev.lockstep.host.HostCache;
import dev.lockstep.host.HostMachine;
import dev.lockstep.host.HostOptions;
import dev.lockstep.host.HostProgress;
import dev.lockstep.host.HostUnavailableException;
import dev.lockstep.host.cpu.CpuException;
import dev.lockstep.host.memory.NativeMemoryException;
import dev.lockstep.tensor.Tensor;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Supplier;

/** Makes the machine that the options ask for. */
final class Machines {
    private Machines() {}

    /**
     * A machine for a lowered graph, with the context that the options ask for.
     *
     * @param cache asked only if the machine can use one
     * @param packed hears of tensors of which only embeddings will be read any more
     */
    static Machine open(
            Graph lowered,
            Map<String, Tensor> weights,
            LockstepOptions options,
            Supplier<Optional<HostCache>> cache,
            Consumer<Tensor> packed) {
        int context = contextLength(lowered, options);
        return choose(
                options,
                () -> host(lowered, weights, options, context, cache.get(), packed),
                () -> new ReferenceMachine(lowered, weights, options.kvType(), context, options.maxStepTokens()));
    }

    static Machine choose(LockstepOptions options, Maker host, Maker reference) {
        return switch (options.engine()) {
            case HOST -> {
                try {
                    yield made(host);
                } catch (HostUnavailableException unavailable) {
                    throw new EngineException(unavailable.getMessage(), unavailable);
                }
            }
            case REFERENCE -> reference.make();
            case AUTO -> {
                try {
                    yield made(host);
                } catch (HostUnavailableException unavailable) {
                    options.warnings()
                            .accept("the host machine is not available (" + unavailable.getMessage()
                                    + "); the reference interpreter gives the same answers, but much more slowly");
                    yield reference.make();
                }
            }
        };
    }

    /** What this process is not given, or asks for and cannot have, no other machine would make up for. */
    private static Machine made(Maker host) {
        try {
            return host.make();
        } catch (CpuException | NativeMemoryException refused) {
            throw new EngineException(refused.getMessage(), refused);
        }
    }

    /** What the options ask for; if they leave it open, what the model was trained for up to a size that always fits. */
    static int contextLength(Graph graph, LockstepOptions options) {
        int trained = graph.contextLength();
        int asked = options.contextLength();
        if (asked > trained) {
            options.warnings()
                    .accept("the context of " + asked + " tokens is larger than the " + trained
                            + " that the model was trained for; texts that long may go astray");
        }
        return asked == 0 ? Math.min(trained, LockstepOptions.DEFAULT_CONTEXT) : asked;
    }

    private static Machine host(
            Graph lowered,
            Map<String, Tensor> weights,
            LockstepOptions options,
            int context,
            Optional<HostCache> cache,
            Consumer<Tensor> packed) {
        var hostOptions = new HostOptions(
                options.effectiveThreads(),
                options.kvType(),
                context,
                options.maxStepTokens(),
                Optional.empty(),
                heardBy(options.progress()),
                cache,
                packed);
        return HostMachine.open(lowered, weights, hostOptions);
    }

    private static HostProgress heardBy(ProgressListener listener) {
        return new HostProgress() {
            @Override
            public void report(String work, long done, long total) {
                listener.progress(work, done, total);
            }

            @Override
            public void passed(String stage) {
                listener.passed(stage);
            }
        };
    }

    /** Makes a machine or says in a {@link HostUnavailableException} why there is none. */
    interface Maker {
        Machine make();
    }
}
