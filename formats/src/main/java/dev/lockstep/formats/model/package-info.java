/** Opens models of every format. */
@NullMarked
package dev.lockstep.formats.model;

import org.jspecify.annotations.NullMarked;
