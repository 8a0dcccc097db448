package dev.lockstep.engine;

import java.nio.file.Path;

/** From a path to a model that is ready to run. */
final class ModelLoader {
    private ModelLoader() {}

    static LoadedModel load(Path path, LockstepOptions options) {
        throw new EngineException(path + ": there is no " + options.engine() + " machine in this build");
    }
}
