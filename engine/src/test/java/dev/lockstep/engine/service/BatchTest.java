package dev.lockstep.engine.service;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lockstep.engine.FakeMachine;
import dev.lockstep.engine.FakeModel;
import dev.lockstep.engine.Lockstep;
import dev.lockstep.engine.TinyTokenizer;
import dev.lockstep.engine.sampling.SamplingParameters;
import dev.lockstep.graph.Graph;
import dev.lockstep.graph.KvType;
import dev.lockstep.graph.architecture.Architectures;
import dev.lockstep.graph.architecture.ModelDescription;
import dev.lockstep.graph.architecture.ModelShape;
import dev.lockstep.graph.architecture.WeightTypes;
import dev.lockstep.graph.machine.Machine;
import dev.lockstep.graph.pass.Passes;
import dev.lockstep.graph.reference.ReferenceMachine;
import dev.lockstep.graph.synthetic.SyntheticModel;
import dev.lockstep.host.HostMachine;
import dev.lockstep.host.HostOptions;
import dev.lockstep.host.HostUnavailableException;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.RepetitionInfo;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a request is answered does not depend on who else is served. */
class BatchTest {
    private static final int CONTEXT = 200;

    private final FakeModel fake = new FakeModel();
    private final List<Integer> answered = new ArrayList<>();

    @RepeatedTest(25)
    void shouldAnswerAsIfAlone(RepetitionInfo repetition) {
        FakeMachine machine = FakeMachine.hashing(CONTEXT, 4 + repetition.getCurrentRepetition() % 20);
        var served = new ServedAlike(fake.open(machine), repetition.getCurrentRepetition());
        served.check(15);
        served.forget();
        assertThat(machine.openSequences()).isZero();
        assertThat(machine.heldBlocks()).isZero();
    }

    @RepeatedTest(12)
    void shouldAnswerAsIfAloneWhereTextsRepeatThemselves(RepetitionInfo repetition) {
        FakeMachine machine = FakeMachine.forgetful(CONTEXT, 4 + repetition.getCurrentRepetition() % 20);
        new ServedAlike(fake.open(machine), repetition.getCurrentRepetition()).check(15);
    }

    @RepeatedTest(12)
    void shouldAnswerAsIfAloneWhereBlocksComeBackFromAFile(RepetitionInfo repetition, @TempDir Path directory)
            throws IOException {
        FakeMachine machine = FakeMachine.hashing(CONTEXT, 4 + repetition.getCurrentRepetition() % 20);
        var served = new ServedAlike(
                fake.open(machine), Optional.empty(), Optional.of(directory), repetition.getCurrentRepetition());
        served.check(15);
        served.forget();
        assertThat(machine.heldBlocks()).isZero();
        assertThat(machine.openSequences()).isZero();
        served.close();
        try (var left = Files.list(directory)) {
            assertThat(left).isEmpty();
        }
    }

    /** A draft that guesses well where texts repeat themselves, and one that never does. */
    @RepeatedTest(16)
    void shouldAnswerAsIfAloneWithADraft(RepetitionInfo repetition) {
        int seed = repetition.getCurrentRepetition();
        FakeMachine machine = FakeMachine.forgetful(CONTEXT, 4 + seed % 20);
        FakeMachine draft = seed % 2 == 0
                ? FakeMachine.forgetful(CONTEXT / 2, 1 + seed % 5)
                : FakeMachine.hashing(CONTEXT, 3 + seed);
        var served = new ServedAlike(fake.open(machine), Optional.of(fake.open(draft)), Optional.empty(), seed);
        served.check(15);
        assertThat(draft.openSequences()).isZero();
    }

    @Test
    void shouldNeedFewerStepsForTextThatRepeatsItself() {
        FakeMachine machine = FakeMachine.forgetful(2000, 64);
        try (var service = InferenceService.open(fake.open(machine), ServiceOptions.DEFAULT)) {
            var request = CompletionRequest.of("abc")
                    .sampling(SamplingParameters.GREEDY)
                    .maxTokens(1500)
                    .ignoreEndOfGeneration(true)
                    .build();
            CompletionResult result = service.submit(request, _ -> {}).result().join();
            assertThat(result.usage().completionTokens()).isEqualTo(1500);
            assertThat(result.timings().acceptedTokens()).isPositive();
            assertThat(result.timings().steps())
                    .isEqualTo(1500 - result.timings().acceptedTokens());
            assertThat(service.inspect(_ -> service.status()).join().acceptedTokens())
                    .isEqualTo(result.timings().acceptedTokens());
        }
    }

    @Test
    void shouldComputeOnceWhatPromptsThatComeTogetherHaveInCommon() {
        FakeMachine machine = FakeMachine.hashing(2000, 32);
        String common = "abcdefgh".repeat(80);
        List<CompletionResult> results = together(machine, List.of(common + "x", common + "y", common + "z"));
        assertThat(machine.tokensComputed()).isLessThan(640 + 3 * 70);
        assertThat(results.get(0).usage().cachedTokens()).isZero();
        assertThat(results.get(1).usage().cachedTokens()).isEqualTo(640);
    }

    @Test
    void shouldReadPromptsOneAfterTheOtherButLetShortOnesPass() {
        FakeMachine machine = FakeMachine.hashing(2000, 32);
        together(machine, List.of("a".repeat(640), "b".repeat(640), "c".repeat(40)));
        assertThat(answered).containsExactly(2, 0, 1);
    }

    /** What requests are answered that are all there before the first step. */
    private List<CompletionResult> together(FakeMachine machine, List<String> texts) {
        Lockstep model = fake.open(machine);
        var batch = Batch.of(machine, Optional.empty(), ServiceOptions.DEFAULT, new StatusBoard(), System::nanoTime);
        List<CompletionJob> jobs = new ArrayList<>();
        for (int id = 0; id < texts.size(); id++) {
            int number = id;
            CompletionListener listener = event -> {
                if (event instanceof CompletionEvent.Completed) {
                    answered.add(number);
                }
            };
            var request = CompletionRequest.of(texts.get(id)).maxTokens(1).build();
            jobs.add(CompletionJob.of(id, request, listener, new PromptEncoder(model), new Grammars(model), model));
        }
        jobs.forEach(batch::add);
        while (!batch.isEmpty()) {
            batch.step();
        }
        return jobs.stream().map(job -> job.result().join()).toList();
    }

    @Test
    void shouldAnswerAsIfAloneOnTheReferenceMachine() {
        ModelDescription model = model();
        var machine = new ReferenceMachine(graph(model), model.tensors(), KvType.F16, 200, 32);
        new ServedAlike(fake.open(machine), 1).check(8);
    }

    @Test
    void shouldAnswerAsIfAloneOnTheHostMachine() {
        ModelDescription model = model();
        for (int seed = 1; seed <= 3; seed++) {
            try (Machine machine = host(model, 1 + seed % 2)) {
                var served = new ServedAlike(fake.open(machine), seed);
                served.check(20);
                served.forget();
            }
        }
    }

    private static Machine host(ModelDescription model, int threads) {
        try {
            return HostMachine.open(
                    graph(model),
                    model.tensors(),
                    new HostOptions(threads, KvType.F16, 200, 32, Optional.empty(), (_, _, _) -> {}));
        } catch (HostUnavailableException unavailable) {
            return Assumptions.abort(unavailable.getMessage());
        }
    }

    private static Graph graph(ModelDescription model) {
        return Passes.lower(Architectures.build(model));
    }

    private static ModelDescription model() {
        var shape = new ModelShape("tiny", 256, 64, 2, 4, 2, 96, TinyTokenizer.SIZE, 1e-5f, 1e4f, 0, 0, false);
        return SyntheticModel.of(shape, WeightTypes.Q8_0, 1, Arena.ofAuto());
    }
}
