/**
 * Text to tokens and back: tokenizers out of GGUF metadata, and chat templates.
 */
@NullMarked
package dev.lockstep.text;

import org.jspecify.annotations.NullMarked;
