package dev.lockstep.host;

import dev.lockstep.host.cache.ProgramCache;

/**
 * The program cache, and what it is to know about the model that is opened.
 *
 * @param model a name for listings
 * @param type the type of most weights, for listings
 * @param identity differs between models whose tensors differ in any bit
 */
public record HostCache(ProgramCache programs, String model, String type, String identity) {}
