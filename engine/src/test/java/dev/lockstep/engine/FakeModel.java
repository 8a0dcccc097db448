package dev.lockstep.engine;

import dev.lockstep.formats.MetadataMap;
import dev.lockstep.graph.GraphBuilder;
import dev.lockstep.graph.KvType;
import dev.lockstep.graph.Op;
import dev.lockstep.graph.Weight;
import dev.lockstep.graph.machine.Machine;
import dev.lockstep.tensor.TensorType;
import dev.lockstep.text.Tokenizer;
import dev.lockstep.text.template.ChatTemplate;
import java.util.ArrayList;
import java.util.List;

/** A model around a fake machine, and what became of it. */
public final class FakeModel {
    private static final String ORIGIN = "fake.gguf";

    public final List<String> warnings = new ArrayList<>();
    int freed;
    private final String weights;
    private final Tokenizer tokenizer;

    public FakeModel() {
        this("weights");
    }

    /** @param weights what tells these weights from others */
    public FakeModel(String weights) {
        this(weights, new TinyTokenizer());
    }

    public FakeModel(String weights, Tokenizer tokenizer) {
        this.weights = weights;
        this.tokenizer = tokenizer;
    }

    public Lockstep open(Machine machine) {
        return open(machine, new MetadataMap(ORIGIN));
    }

    public Lockstep openWithTemplate(Machine machine, String template) {
        return open(machine, new MetadataMap(ORIGIN).put(ChatTemplate.METADATA_KEY, template));
    }

    private Lockstep open(Machine machine, MetadataMap metadata) {
        var graph = new GraphBuilder();
        var x = graph.add(
                new Op.Embedding(new Weight("embedding", TensorType.Q8_0, 64, tokenizer.vocabularySize(), 1)));
        graph.add(new Op.Linear(x, new Weight("output", TensorType.F32, 64, tokenizer.vocabularySize(), 1)));
        var program = new Program(ORIGIN, "F32", graph.build("fake", machine.contextLength()), KvType.F16, machine, 2);
        return new Lockstep(new LoadedModel(
                program,
                metadata,
                tokenizer,
                () -> new ModelFingerprint(weights, "program"),
                () -> freed++,
                warnings::add));
    }
}
