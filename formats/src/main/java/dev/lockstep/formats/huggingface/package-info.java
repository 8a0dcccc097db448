/**
 * Directories that Hugging Face's libraries save: {@code config.json}, weights in safetensors, {@code tokenizer.json}. They are read as they are and
 * shown by the names of the GGUF specification, so that nothing after this package knows of two kinds of models.
 */
@NullMarked
package dev.lockstep.formats.huggingface;

import org.jspecify.annotations.NullMarked;
