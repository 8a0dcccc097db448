/**
 * Programs: which instruction every queue of every chip dispatches in which cycle. Instructions are kept in {@linkplain dev.lockstep.lpu.program.Block blocks},
 * which are placed as often as needed, each time with a start cycle and with bases for the addresses in it; so 80 layers
 * on 576 chips need the memory of one.
 */
@NullMarked
package dev.lockstep.lpu.program;

import org.jspecify.annotations.NullMarked;
