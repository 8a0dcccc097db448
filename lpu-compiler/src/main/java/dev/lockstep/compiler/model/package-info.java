/**
 * Sizes of a model, as the partitioner needs them: nothing but numbers. They come from a preset, from a GGUF file or
 * from a config.json of Hugging Face.
 */
@NullMarked
package dev.lockstep.compiler.model;

import org.jspecify.annotations.NullMarked;
