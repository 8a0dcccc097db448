package dev.lockstep.lpu.program;

import dev.lockstep.lpu.isa.Queue;
import dev.lockstep.lpu.machine.Hemisphere;

/**
 * Where some of a queue's text lies in memory. What a queue holds from the beginning lies nowhere; the rest lies in the queue's places, in the order in
 * which it is fetched.
 *
 * @param word the first one; every fetch takes two
 * @param fetches how many portions lie there, one after the other
 */
public record TextPlace(int chip, Queue queue, Hemisphere hemisphere, int slice, int word, int fetches) {}
