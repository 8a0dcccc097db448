package dev.lockstep.engine.sampling;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
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
                !stages.isEmpty() && chooses(stages.getLast()),
                "a sampler chain must end with greedy, draw(SEED) or mirostat(VERSION,TAU,ETA,SEED)");
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
        return stage instanceof SamplerStage.Greedy
                || stage instanceof SamplerStage.Draw
                || stage instanceof SamplerStage.Mirostat;
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
                case "dry" -> parseDry(arguments, text);
                case "top-n-sigma" -> new SamplerStage.TopNSigma(Float.parseFloat(only(arguments, text)));
                case "xtc" -> {
                    expect(2, arguments, text);
                    yield new SamplerStage.Xtc(Float.parseFloat(arguments[0]), Float.parseFloat(arguments[1]));
                }
                case "dynamic-temperature" -> {
                    expect(3, arguments, text);
                    yield new SamplerStage.DynamicTemperature(
                            Float.parseFloat(arguments[0]),
                            Float.parseFloat(arguments[1]),
                            Float.parseFloat(arguments[2]));
                }
                case "mirostat" -> {
                    expect(4, arguments, text);
                    yield new SamplerStage.Mirostat(
                            Integer.parseInt(arguments[0].strip()),
                            Float.parseFloat(arguments[1]),
                            Float.parseFloat(arguments[2]),
                            Long.parseLong(arguments[3].strip()));
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
                            + "'; there are bias, penalties, dry, top-n-sigma, top-k, typical, "
                            + "top-p, min-p, xtc, temperature, dynamic-temperature, greedy, draw and mirostat");
            };
        } catch (NumberFormatException e) {
            throw new IllegalArgumentException("sampler stage '" + text + "' holds something that is no number", e);
        }
    }

    private static SamplerStage parseDry(String[] arguments, String text) {
        Range.require(arguments.length >= 4, "sampler stage '%s' has %d numbers, needs 4", text, arguments.length);
        Set<Integer> breakers = new TreeSet<>();
        for (int i = 4; i < arguments.length; i++) {
            breakers.add(Integer.valueOf(arguments[i].strip()));
        }
        return new SamplerStage.Dry(
                Float.parseFloat(arguments[0]),
                Float.parseFloat(arguments[1]),
                Integer.parseInt(arguments[2].strip()),
                Integer.parseInt(arguments[3].strip()),
                breakers);
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
