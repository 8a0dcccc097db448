package dev.lockstep.engine.service;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lockstep.engine.FinishReason;
import dev.lockstep.engine.Lockstep;
import dev.lockstep.engine.sampling.SamplingParameters;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.stream.Collectors;

/**
 * Random requests that come and go between the steps of one batch: prompts that begin alike, limits, several choices, priorities,
 * cancellations, too little memory. Everything follows from the seed. The answers must be those that each request gets alone.
 */
final class ServedAlike {
    private static final List<Constraint> CONSTRAINTS = List.of(
            Constraint.JSON_OBJECT,
            new Constraint.Regex("[a-z ]+\\."),
            new Constraint.Gbnf("root ::= \"yes\" | \"no\" root"),
            new Constraint.JsonSchema("{\"type\":\"array\",\"items\":{\"type\":\"integer\"},\"maxItems\":3}"));

    private final Lockstep model;
    private final PromptEncoder prompts;
    private final Grammars grammars;
    private final Random random;
    private final String common;
    private final Batch batch;
    private final Map<CompletionJob, CompletionRequest> requests = new HashMap<>();
    private final Map<CompletionJob, EventRecorder> events = new HashMap<>();
    private final List<CompletionJob> open = new ArrayList<>();

    ServedAlike(Lockstep model, long seed) {
        this(model, Optional.empty(), Optional.empty(), seed);
    }

    /**
     * @param draft what guesses ahead
     * @param spill where KV blocks go that memory has no room for
     */
    ServedAlike(Lockstep model, Optional<Lockstep> draft, Optional<Path> spill, long seed) {
        this.model = model;
        this.prompts = new PromptEncoder(model);
        this.grammars = new Grammars(model);
        this.random = new Random(seed);
        this.common = letters(model.machine().contextLength() * 2 / 3);
        ServiceOptions options = ServiceOptions.DEFAULT
                .withMaxRunning(1 + random.nextInt(8))
                .withKvBytes(random.nextInt(20) * model.machine().kvBlockBytes())
                .withStallTime(Duration.ofNanos(1L << random.nextInt(40)));
        this.batch = Batch.of(
                model.machine(),
                draft.map(small -> DraftModel.of(small, model, System::nanoTime)),
                spill.map(directory -> options.withSpill(
                                directory,
                                (1 + random.nextInt(6)) * model.machine().kvBlockBytes()))
                        .orElse(options),
                new StatusBoard(),
                System::nanoTime);
    }

    /** Serves so many requests, and compares each answer with the one that its request gets alone. */
    void check(int count) {
        int submitted = 0;
        while (submitted < count || !batch.isEmpty()) {
            if (submitted < count && (batch.isEmpty() || random.nextInt(4) == 0)) {
                submit(submitted++);
            }
            if (random.nextInt(40) == 0 && !open.isEmpty()) {
                open.remove(random.nextInt(open.size())).cancel();
                batch.dropCancelled();
            }
            batch.step();
        }
        assertThat(batch.memory().takenBytes()).isZero();
        requests.forEach(this::compare);
    }

    private void submit(int id) {
        CompletionRequest request = request();
        var recorder = new EventRecorder();
        CompletionJob job = CompletionJob.of(id, request, recorder, prompts, grammars, model);
        requests.put(job, request);
        events.put(job, recorder);
        open.add(job);
        batch.add(job);
    }

    private CompletionRequest request() {
        int context = model.machine().contextLength();
        String prompt = common.substring(0, random.nextInt(common.length())) + letters(1 + random.nextInt(9));
        CompletionRequest.Builder builder = CompletionRequest.of(prompt)
                .sampling(SamplingParameters.DEFAULT
                        .withSeed(random.nextInt(3))
                        .withTemperature(random.nextInt(3) * 0.7f)
                        .withRepetitionPenalty(1 + random.nextInt(2) * 0.3f))
                .maxTokens(random.nextInt(context / 2))
                .choices(1 + Math.max(0, random.nextInt(6) - 3))
                .priority(Priority.values()[random.nextInt(3)])
                .ignoreEndOfGeneration(random.nextBoolean())
                .whenContextIsFull(WhenContextIsFull.values()[random.nextInt(2)]);
        if (random.nextInt(4) == 0) {
            builder.alternatives(random.nextInt(4));
        }
        if (random.nextInt(4) == 0) {
            builder.stopStrings(List.of(letters(1)));
        }
        if (random.nextInt(4) == 0) {
            builder.constraint(CONSTRAINTS.get(random.nextInt(CONSTRAINTS.size())));
        }
        return builder.build();
    }

    private String letters(int count) {
        return random.ints(count, 'a', 'e').mapToObj(Character::toString).collect(Collectors.joining());
    }

    private void compare(CompletionJob job, CompletionRequest request) {
        CompletionResult result = job.result().join();
        CompletionResult alone = alone(request);
        assertThat(result.usage().cachedTokens()).isLessThan(job.prompt().length);
        List<CompletionEvent> heard = events.get(job).all;
        assertThat(heard.getLast()).isEqualTo(new CompletionEvent.Completed(result));
        for (int choice = 0; choice < request.choices(); choice++) {
            CompletionResult.Choice actual = result.choices().get(choice);
            CompletionResult.Choice expected = alone.choices().get(choice);
            assertThat(String.join("", events.get(job).texts(choice))).isEqualTo(actual.text());
            assertThat(heard).contains(new CompletionEvent.ChoiceFinished(choice, actual.finishReason()));
            if (actual.finishReason() == FinishReason.CANCELLED) {
                assertThat(actual.tokens())
                        .isEqualTo(expected.tokens().subList(0, actual.tokens().size()));
            } else {
                assertThat(actual).as("choice %d of %s", choice, request).isEqualTo(expected);
            }
        }
    }

    /** What a request is answered by a batch that serves nobody else, one choice after the other. */
    private CompletionResult alone(CompletionRequest request) {
        var single = Batch.of(
                model.machine(),
                Optional.empty(),
                ServiceOptions.DEFAULT.withMaxRunning(1).withKvBytes(0).withSpeculation(false),
                new StatusBoard(),
                System::nanoTime);
        CompletionJob job = CompletionJob.of(0, request, _ -> {}, prompts, grammars, model);
        single.add(job);
        while (!single.isEmpty()) {
            single.step();
        }
        single.memory().cache().clear();
        return job.result().join();
    }

    void close() {
        batch.close();
    }

    /** Gives the cache's memory back. */
    void forget() {
        batch.memory().cache().clear();
    }
}
