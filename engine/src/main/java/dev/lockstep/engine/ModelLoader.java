package dev.lockstep.engine;

import dev.lockstep.formats.FormatException;
import dev.lockstep.formats.ModelFile;
import dev.lockstep.formats.model.ModelFiles;
import dev.lockstep.graph.Graph;
import dev.lockstep.graph.GraphException;
import dev.lockstep.graph.architecture.Architectures;
import dev.lockstep.graph.architecture.ModelDescription;
import dev.lockstep.graph.architecture.TensorRows;
import dev.lockstep.graph.pass.Passes;
import dev.lockstep.host.Background;
import dev.lockstep.text.Tokenizer;
import java.nio.file.Path;

/** From a path to a model that is ready to run. */
final class ModelLoader {
    private ModelLoader() {}

    static LoadedModel load(Path path, LockstepOptions options) {
        try {
            ModelFile file = ModelFiles.open(path);
            options.progress().passed("model file read");
            try {
                return load(file, options);
            } catch (Throwable failure) {
                file.close();
                throw failure;
            }
        } catch (FormatException | GraphException unusable) {
            throw new EngineException(unusable.getMessage(), unusable);
        }
    }

    private static LoadedModel load(ModelFile file, LockstepOptions options) {
        int context = options.contextLength() == 0 ? LockstepOptions.DEFAULT_CONTEXT : options.contextLength();
        Graph graph = Passes.lower(
                Architectures.build(ModelDescription.of(file.metadata(), file.tensors()), context),
                options.precision());
        options.progress().passed("graph built");
        var tokenizer = Background.start("lockstep-tokenizer", () -> tokenizer(file, options));
        String name = file.path().getFileName().toString();
        String type = WeightTraffic.mainType(graph).toString();
        var program = new Program(
                name,
                type,
                graph,
                options.kvType(),
                Machines.open(
                        graph,
                        TensorRows.with(graph, file.tensors()),
                        options,
                        () -> ProgramCaches.of(file, name, type, options),
                        _ -> {}),
                options.effectiveThreads());
        try {
            return loaded(file, program, tokenizer.result(), options);
        } catch (RuntimeException refused) {
            program.close();
            throw refused;
        }
    }

    private static Tokenizer tokenizer(ModelFile file, LockstepOptions options) {
        Tokenizer tokenizer = Tokenizer.of(file.metadata());
        options.progress().passed("tokenizer made");
        return tokenizer;
    }

    private static LoadedModel loaded(ModelFile file, Program program, Tokenizer tokenizer, LockstepOptions options) {
        return new LoadedModel(
                program,
                file.metadata(),
                tokenizer,
                () -> ModelFingerprint.of(file.tensors().values(), program.graph(), options.kvType(), tokenizer),
                file::close,
                options.warnings());
    }
}
