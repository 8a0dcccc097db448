package dev.lockstep.compiler.decode;

import dev.lockstep.lpu.program.LpuProgram;
import dev.lockstep.lpu.program.Placement;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * The scheduled program of one decoding step.
 *
 * @param predictedCycles when its last effect is complete
 * @param interval cycles after which the next token can enter each stage: by then the longest stage has done all it does for the one before
 * @param starts cycle 0 of each stage's blocks
 * @param marks phases of all half layers in the time of the program
 * @param words that are used in the fullest streaming slice of any chip
 * @param cacheWords that a user's cache takes in each streaming slice, for each block of the program
 * @param classes programs that differ
 */
public record DecodeSchedule(
        LpuProgram program,
        long predictedCycles,
        long interval,
        List<Long> starts,
        List<Mark> marks,
        int words,
        List<Integer> cacheWords,
        int classes) {

    /** The program of tokens of as many users, who enter the pipeline one after the other. */
    public LpuProgram inTurn(int users) {
        Map<Placement, List<Placement>> turns = new HashMap<>();
        Map<List<Placement>, List<Placement>> chips = new HashMap<>();
        List<List<Placement>> placed = new ArrayList<>();
        for (List<Placement> chip : program.chips()) {
            placed.add(chips.computeIfAbsent(
                    chip,
                    one -> one.stream()
                            .flatMap(placement ->
                                    turns.computeIfAbsent(placement, first -> turns(first, users)).stream())
                            .toList()));
        }
        return new LpuProgram(
                program.machine(), program.topology(), program.maps(), program.blocks(), placed, program.buffers());
    }

    private List<Placement> turns(Placement first, int users) {
        List<Placement> turns = new ArrayList<>();
        int base = first.bases().getFirst();
        for (int user = 0; user < users; user++) {
            int words = user * cacheWords.get(first.block());
            turns.add(new Placement(first.block(), first.start() + user * interval, List.of(base + words)));
        }
        return turns;
    }

    /** When the last of so many tokens is complete that enter the pipeline one after the other. */
    public long cyclesInTurn(int tokens) {
        return predictedCycles + (tokens - 1) * interval;
    }
}
