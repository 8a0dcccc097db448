package dev.lockstep.engine.sampling;

import dev.lockstep.graph.reference.Numerics;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Random;

/** The stages as their papers put them: full sorts, new lists, nothing clever. */
final class SlowSampler {
    private static final Comparator<Candidate> RANK =
            Comparator.<Candidate>comparingDouble(c -> -c.logit()).thenComparingInt(Candidate::token);

    record Candidate(int token, float logit) {}

    private SlowSampler() {}

    static List<Candidate> all(float[] logits) {
        List<Candidate> all = new ArrayList<>();
        for (int token = 0; token < logits.length; token++) {
            all.add(new Candidate(token, logits[token]));
        }
        return all;
    }

    static List<Candidate> top(List<Candidate> candidates, int k) {
        return candidates.stream().sorted(RANK).limit(k).toList();
    }

    static List<Candidate> topP(List<Candidate> candidates, float p) {
        return reach(candidates.stream().sorted(RANK).toList(), p);
    }

    static List<Candidate> minP(List<Candidate> candidates, float p) {
        double best = max(candidates);
        return candidates.stream()
                .filter(c -> c.logit() >= (float) (best + StrictMath.log(p)))
                .toList();
    }

    static List<Candidate> typical(List<Candidate> candidates, float p) {
        double entropy = 0;
        for (Candidate candidate : candidates) {
            double probability = probability(candidate, candidates);
            entropy -= probability == 0 ? 0 : probability * Math.log(probability);
        }
        double expected = entropy;
        Comparator<Candidate> byTypicality = Comparator.<Candidate>comparingDouble(
                        c -> (float) Math.abs(-Math.log(probability(c, candidates)) - expected))
                .thenComparingInt(Candidate::token);
        return reach(candidates.stream().sorted(byTypicality).toList(), p);
    }

    static List<Candidate> divide(List<Candidate> candidates, float t) {
        float best = max(candidates);
        return candidates.stream()
                .map(c -> new Candidate(c.token(), (c.logit() - best) / t))
                .toList();
    }

    static int draw(List<Candidate> candidates, double uniform) {
        double sum = 0;
        for (Candidate candidate : candidates) {
            sum += probability(candidate, candidates);
            if (sum > uniform) {
                return candidate.token();
            }
        }
        return candidates.getLast().token();
    }

    static float[] randomLogits(Random random, int size) {
        float[] logits = new float[size];
        int shape = random.nextInt(3);
        for (int i = 0; i < size; i++) {
            logits[i] = switch (shape) {
                case 0 -> (float) random.nextGaussian() * 3;
                case 1 -> random.nextInt(8);
                default -> random.nextInt(4) == 0 ? Float.NEGATIVE_INFINITY : random.nextFloat() * 20 - 10;
            };
        }
        logits[random.nextInt(size)] = 9;
        return logits;
    }

    private static List<Candidate> reach(List<Candidate> ordered, float p) {
        List<Candidate> kept = new ArrayList<>();
        double sum = 0;
        for (Candidate candidate : ordered) {
            kept.add(candidate);
            sum += probability(candidate, ordered);
            if (sum >= p) {
                break;
            }
        }
        return kept;
    }

    private static double probability(Candidate candidate, List<Candidate> all) {
        float best = max(all);
        double total = 0;
        for (Candidate each : all) {
            total += weight(each, best);
        }
        return weight(candidate, best) / total;
    }

    private static double weight(Candidate candidate, float best) {
        return candidate.logit() - best < -87 ? 0 : Numerics.exp(candidate.logit() - best);
    }

    private static float max(List<Candidate> candidates) {
        return (float) candidates.stream().mapToDouble(Candidate::logit).max().orElseThrow();
    }
}
