package dev.lockstep.engine;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;

/**
 * Medians over the repetitions of a benchmark.
 *
 * @param model name
 * @param type element type of most weights
 * @param engine name of the machine
 * @param prefillTps prompt tokens per second
 * @param decodeTps decode steps per second
 * @param bytesPerToken bytes of weights, and of keys and values of the tokens before, that a decode step reads in the mean
 * @param bandwidthGbs 10^9 bytes of packed weights per second that the same threads read between tokens; NaN where that cannot be measured
 * @param bandwidthShare median of what a few tokens read per second, as a share of what was read right before and after them
 * @param productsPerToken multiply-adds with matrices that a token of a prompt takes
 * @param arithmeticGps multiply-adds that this computer's cores reach at most with this type, 10^9 per second, measured with the same threads; NaN where
 *     that cannot be measured
 * @param arithmeticShare {@code productsPerToken * prefillTps} as a share of it
 * @param firstTokenMs from the beginning of the prompt to the first token
 * @param residentMb memory of the process, 10^6 bytes
 * @param tokenMedianMs of the times between two tokens
 * @param tokenP99Ms what 99 of 100 of them stay below
 * @param jitter how much they differ from those around them
 * @param prefillPhases where the time of steps of several tokens went, in the order of a step; empty if the machine does not tell
 * @param decodePhases where the time of steps of one token went
 * @param batches steps of several sequences
 */
public record BenchmarkResult(
        String model,
        String type,
        String engine,
        int threads,
        double prefillTps,
        double decodeTps,
        long bytesPerToken,
        double bandwidthGbs,
        double bandwidthShare,
        long productsPerToken,
        double arithmeticGps,
        double arithmeticShare,
        double firstTokenMs,
        double residentMb,
        double tokenMedianMs,
        double tokenP99Ms,
        Jitter jitter,
        List<Phase> prefillPhases,
        List<Phase> decodePhases,
        List<Batch> batches) {
    /**
     * Equal phases of all layers.
     *
     * @param work what they do
     * @param count how many there are in a step
     * @param microseconds of all of them together, per token
     */
    public record Phase(String work, int count, double microseconds) {
        private Map<String, Object> fields() {
            Map<String, Object> fields = new LinkedHashMap<>();
            fields.put("work", work);
            fields.put("count", count);
            fields.put("us_per_token", microseconds);
            return fields;
        }
    }

    /**
     * A step in which several sequences get a token each.
     *
     * @param stepMs median
     * @param ratio median of its ratios to the steps of one sequence right before and after
     */
    public record Batch(int sequences, double stepMs, double ratio) {
        private Map<String, Object> fields() {
            Map<String, Object> fields = new LinkedHashMap<>();
            fields.put("sequences", sequences);
            fields.put("step_ms", stepMs);
            fields.put("ratio", ratio);
            return fields;
        }
    }

    public BenchmarkResult {
        prefillPhases = List.copyOf(prefillPhases);
        decodePhases = List.copyOf(decodePhases);
        batches = List.copyOf(batches);
    }

    /** The fields of {@code bench --json}, by name and in order. */
    public SequencedMap<String, Object> fields() {
        SequencedMap<String, Object> fields = new LinkedHashMap<>();
        fields.put("model", model);
        fields.put("type", type);
        fields.put("engine", engine);
        fields.put("threads", threads);
        fields.put("prefill_tps", prefillTps);
        fields.put("decode_tps", decodeTps);
        fields.put("bytes_per_token", bytesPerToken);
        fields.put("bandwidth_gbs", bandwidthGbs);
        fields.put("bandwidth_share", bandwidthShare);
        fields.put("products_per_token", productsPerToken);
        fields.put("arithmetic_gps", arithmeticGps);
        fields.put("arithmetic_share", arithmeticShare);
        fields.put("first_token_ms", firstTokenMs);
        fields.put("resident_mb", residentMb);
        fields.put("token_median_ms", tokenMedianMs);
        fields.put("token_p99_ms", tokenP99Ms);
        fields.put("jitter_p90", jitter.p90());
        fields.put("jitter_p99", jitter.p99());
        fields.put("jitter_most", jitter.most());
        fields.put("switches", jitter.disturbances().switches());
        fields.put("stolen_ms", jitter.disturbances().stolenMs());
        fields.put("collections", jitter.disturbances().collections());
        fields.put("prefill_phases", prefillPhases.stream().map(Phase::fields).toList());
        fields.put("decode_phases", decodePhases.stream().map(Phase::fields).toList());
        fields.put("batches", batches.stream().map(Batch::fields).toList());
        return fields;
    }
}
