/**
 * Text to tokens and back: {@link dev.lockstep.text.Tokenizer}s out of the metadata of models. Beside it stand chat templates
 * ({@link dev.lockstep.text.template}), grammars ({@link dev.lockstep.text.grammar}) and JSON ({@link dev.lockstep.text.json}).
 */
@NullMarked
package dev.lockstep.text;

import org.jspecify.annotations.NullMarked;
