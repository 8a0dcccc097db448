/** From a model's weights to fewer bits: which tensor gets which type, and the file that holds them. */
@NullMarked
package dev.lockstep.engine.quantize;

import org.jspecify.annotations.NullMarked;
