package dev.lockstep.compiler.fetch;

import dev.lockstep.lpu.machine.Hemisphere;

/** Words of a slice that a program leaves alone on every chip, so that text can lie there. */
public record TextRoom(Hemisphere hemisphere, int slice, int firstWord, int words) {}
