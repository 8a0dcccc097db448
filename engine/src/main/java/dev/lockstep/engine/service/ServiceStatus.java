package dev.lockstep.engine.service;

/**
 * How a service is doing. Counts are since its start.
 *
 * @param running requests that are being computed
 * @param waiting requests that wait for their turn
 * @param kvBytes bytes of the KV cache in use by running requests
 * @param prefixCacheBytes bytes in memory that are kept for prompts to come
 * @param spilledBytes bytes in a file that are kept for prompts to come
 * @param kvBytesLimit most bytes in memory
 * @param steps steps of the machine
 * @param stepNanos their time
 * @param prefilledTokens tokens of prompts that were computed
 * @param decodedTokens tokens that were generated
 * @param cachedTokens tokens of prompts that did not have to be computed
 * @param draftedTokens tokens that were guessed ahead
 * @param acceptedTokens how many of these were right
 * @param completed requests that ended as they should
 * @param cancelled requests that were cancelled
 * @param failed requests that failed
 * @param refused requests that were refused for lack of time or memory
 */
public record ServiceStatus(
        int running,
        int waiting,
        long kvBytes,
        long prefixCacheBytes,
        long spilledBytes,
        long kvBytesLimit,
        long steps,
        long stepNanos,
        long prefilledTokens,
        long decodedTokens,
        long cachedTokens,
        long draftedTokens,
        long acceptedTokens,
        long completed,
        long cancelled,
        long failed,
        long refused) {}
