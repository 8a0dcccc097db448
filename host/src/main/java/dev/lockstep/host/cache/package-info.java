/**
 * The program cache: packed weights and native code of models that were opened before, in files that are checked whenever they are read.
 */
@NullMarked
package dev.lockstep.host.cache;

import org.jspecify.annotations.NullMarked;
