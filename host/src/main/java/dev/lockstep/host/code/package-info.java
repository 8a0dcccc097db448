/**
 * Machine code in this process: reads ELF64 relocatable objects, lays them out in memory, links and runs them. Cached
 * objects are brought to life here without LLVM; as they come from disk, everything in them is checked.
 */
@NullMarked
package dev.lockstep.host.code;

import org.jspecify.annotations.NullMarked;
