package dev.lockstep.engine.sampling;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;

/**
 * How a token is chosen, as data: stages in order, the last one (and no other) a choice. Printed and parsed as
 * {@code penalties(64,1.1,0.0,0.0) | top-k(40) | top-p(0.95) | temperature(0.8) | draw(42)}.
 */
public record SamplerChain(List<SamplerStage> stages) {
    /** Always the most likely token. */
    public static final SamplerChain GREEDY = new SamplerChain(List.of(new SamplerStage.Greedy()));

    public SamplerChain {
        stages = List.copyOf(stages);
        Range.require(
                !stages.isEmpty() && chooses(stages.getLast()), "a sampler chain must end with greedy or draw(SEED)");
        for (SamplerStage stage : stages.subList(0, stages.size() - 1)) {
            Range.require(!chooses(stage), "%s must be the last stage of a sampler chain", stage);
        }
    }

    /**
     * Reads what {@link #toString} prints.
     *
     * @throws IllegalArgumentException with a sentence that names the stage that is wrong
     */
    public static SamplerChain parse(String text) {
        List<SamplerStage> stages = new ArrayList<>();
        for (String stage : text.split("\\|", -1)) {
            stages.add(parseStage(stage.strip()));
        }
        return new SamplerChain(stages);
    }

    @Override
    public String toString() {
        return stages.stream().map(SamplerStage::toString).collect(Collectors.joining(" | "));
    }

    private static boolean chooses(SamplerStage stage) {
        return stage instanceof SamplerStage.Greedy || stage instanceof SamplerStage.Draw;
    }

    private static SamplerStage parseStage(String text) {
        int open = text.indexOf('(');
        Range.require(open < 0 || text.endsWith(")"), "sampler stage '%s' lacks its closing parenthesis", text);
        String name = open < 0 ? text : text.substring(0, open);
        String inner = open < 0 ? "" : text.substring(open + 1, text.length() - 1);
        String[] arguments = inner.isBlank() ? new String[0] : inner.split(",", -1);
        try {
            return switch (name) {
                case "bias" -> parseBias(arguments);
                case "penalties" -> {
                    expect(4, arguments, text);
                    yield new SamplerStage.Penalties(
                            Integer.parseInt(arguments[0].strip()),
                            Float.parseFloat(arguments[1]),
                            Float.parseFloat(arguments[2]),
                            Float.parseFloat(arguments[3]));
                }
                case "top-k" -> new SamplerStage.TopK(Integer.parseInt(only(arguments, text)));
                case "typical" -> new SamplerStage.Typical(Float.parseFloat(only(arguments, text)));
                case "top-p" -> new SamplerStage.TopP(Float.parseFloat(only(arguments, text)));
                case "min-p" -> new SamplerStage.MinP(Float.parseFloat(only(arguments, text)));
                case "temperature" -> new SamplerStage.Temperature(Float.parseFloat(only(arguments, text)));
                case "draw" -> new SamplerStage.Draw(Long.parseLong(only(arguments, text)));
                case "greedy" -> {
                    expect(0, arguments, text);
                    yield new SamplerStage.Greedy();
                }
                default ->
                    throw new IllegalArgumentException("there is no sampler stage '" + name
                            + "'; there are bias, penalties, top-k, typical, top-p, "
                            + "min-p, temperature, greedy and draw");
            };
        } catch (NumberFormatException e) {
            throw new IllegalArgumentException("sampler stage '" + text + "' holds something that is no number", e);
        }
    }

    private static SamplerStage parseBias(String[] arguments) {
        Map<Integer, Float> logits = new TreeMap<>();
        for (String argument : arguments) {
            String[] pair = argument.split(":", -1);
            Range.require(pair.length == 2, "bias '%s' must read TOKEN:NUMBER", argument);
            logits.put(Integer.parseInt(pair[0].strip()), Float.parseFloat(pair[1]));
        }
        return new SamplerStage.Bias(logits);
    }

    private static String only(String[] arguments, String text) {
        expect(1, arguments, text);
        return arguments[0].strip();
    }

    private static void expect(int count, String[] arguments, String text) {
        Range.require(
                arguments.length == count,
                "sampler stage '%s' has %d numbers, needs %d",
                text,
                arguments.length,
                count);
    }
}
