/**
 * Proves that a program is legal: that no two vectors meet in a stream register, that every instruction finds what it expects when it takes it, that ALUs,
 * matrix planes, ports and queues are asked for one thing at a time, and that nothing which is sent is lost.
 *
 * <p>It shares no code with the simulator or with any compiler, and works differently: it does not run time forward but lists
 * who takes and who drives what, sorts the list by resource, and looks at neighbours. Chips that do the same are checked once.
 */
@NullMarked
package dev.lockstep.checker;

import org.jspecify.annotations.NullMarked;
