/**
 * Chat templates: an interpreter for the part of Jinja 3.1 that Hugging Face chat templates use, with the settings of
 * the transformers library ({@code trim_blocks}, {@code lstrip_blocks}, loop controls, an immutable sandbox).
 *
 * <p>The road of the data: {@code Lexer} → {@code Parser} ({@code Statement}, {@code Expression}) → {@code Interpreter}
 * and {@code Evaluator} over {@code Value}s. Templates come out of model files and are not trusted: values are plain
 * data, and a {@code Budget} bounds work, text and nesting.
 *
 * <p>What differs from the original on purpose: integers have 64 bits; {@code escape} and {@code safe} give plain text
 * (chat templates never turn autoescape on); filters that give generators compute all items at once; {@code include},
 * {@code import}, {@code extends}, {@code block}, {@code autoescape} and recursive loops are refused.
 */
@NullMarked
package dev.lockstep.text.template;

import org.jspecify.annotations.NullMarked;
