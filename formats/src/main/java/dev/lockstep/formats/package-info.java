/**
 * Model files as people have them: GGUF in, a typed directory of hyperparameters and tensors out.
 * Every byte is untrusted: a file is either understood or refused with file, field and offset.
 */
@NullMarked
package dev.lockstep.formats;

import org.jspecify.annotations.NullMarked;
