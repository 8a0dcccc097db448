package dev.lockstep.engine.service;

import java.util.List;

/**
 * From what an answer was made, so that anybody with the same model file can make it again and compare. Hashes are SHA-256 in
 * hexadecimal.
 *
 * @param model the model file's name
 * @param weights hash of names, types and bytes of all tensors
 * @param program hash of the graph that was compiled, with the version of the numerics
 * @param prompt the prompt's tokens
 * @param parameters everything that chose among the logits, as JSON text
 * @param outputs tokens of the choices
 * @param digest hash of all the above
 */
public record Receipt(
        String model,
        String weights,
        String program,
        List<Integer> prompt,
        String parameters,
        List<List<Integer>> outputs,
        String digest) {}
