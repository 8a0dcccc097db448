/**
 * Element types of tensors, how each packs its elements into bytes, and the exact values those bytes stand for.
 * Everything that reads or writes weights starts from here; nothing here knows files or models.
 */
@NullMarked
package dev.lockstep.tensor;

import org.jspecify.annotations.NullMarked;
