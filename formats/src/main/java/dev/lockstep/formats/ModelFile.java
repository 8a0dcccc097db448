package dev.lockstep.formats;

import dev.lockstep.tensor.Tensor;
import java.nio.file.Path;
import java.util.List;
import java.util.SequencedMap;

/**
 * A model as people have it, by the names of the GGUF specification whatever it is stored as. Files are memory-mapped: the data
 * of the tensors is valid until {@link #close}, the metadata stays valid afterwards.
 */
public interface ModelFile extends AutoCloseable {
    /** The file or directory that was opened. */
    Path path();

    /** The paths of all files that the tensors come from, in order. */
    List<Path> files();

    /** What the model is stored as, with its version, for people. */
    String format();

    Metadata metadata();

    /** The tensors by name, in the order of the files. */
    SequencedMap<String, Tensor> tensors();

    /** Unmaps the files; the tensors' data must not be used any more. */
    @Override
    void close();
}
