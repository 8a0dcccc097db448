/**
 * The embedded model: a GGUF file of a few megabytes that tells stories, adds, and judges reviews. {@code docs/demo-model.md} says
 * what it can do, and {@code tools/train-demo} is what made it.
 */
@NullMarked
package dev.lockstep.demo;

import org.jspecify.annotations.NullMarked;
