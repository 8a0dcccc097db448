package dev.lockstep.host;

/**
 * Time spent in equal phases of all layers, as core 0 sees it: its own work and the waiting for others.
 *
 * @param label what the phases do
 * @param phases how many phases of a step have this label
 * @param nanoseconds of all steps since the machine was opened or the times were reset
 */
public record PhaseTime(String label, int phases, double nanoseconds) {}
