package dev.lockstep.engine.service;

import dev.lockstep.engine.EngineException;
import dev.lockstep.engine.FinishReason;
import dev.lockstep.engine.Lockstep;
import dev.lockstep.engine.StopStrings;
import dev.lockstep.engine.sampling.LogProbabilities;
import dev.lockstep.engine.sampling.Sampler;
import dev.lockstep.engine.sampling.SamplerChain;
import dev.lockstep.engine.sampling.SamplerStage;
import dev.lockstep.text.StreamingDetokenizer;
import dev.lockstep.text.Tokenizer;
import dev.lockstep.text.grammar.CompiledGrammar;
import dev.lockstep.text.grammar.Matcher;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;

/** What one choice says: chooses its tokens, makes text of them, and notices when it is over. */
final class Answer {
    private final int choice;
    private final int maxTokens;
    private final CompletionJob job;
    private final Tokenizer tokenizer;
    private final Sampler sampler;
    private final Optional<LogProbabilities> probabilities;
    private final Optional<ToolUse> tools;
    private final AnswerParts parts;
    private final OutputParser parser;

    /** Control tokens that the parser is to see. */
    private final Set<String> marks;

    /** What may follow, if not everything. */
    private Optional<Matcher> matcher;

    private final StreamingDetokenizer detokenizer;
    private final StopStrings stops;
    private final List<ScoredToken> tokens = new ArrayList<>();
    private Optional<FinishReason> finishReason = Optional.empty();

    Answer(CompletionJob job, int choice, CompletionRequest request, AnswerRules rules, Lockstep model) {
        this.job = job;
        this.choice = choice;
        this.maxTokens = request.maxTokens();
        this.tokenizer = model.tokenizer();
        int vocabulary = Math.min(model.machine().vocabularySize(), tokenizer.vocabularySize());
        SamplerChain chain =
                request.sampling().withSeed(request.sampling().seed() + choice).chain();
        this.sampler = sampler(
                request.ignoreEndOfGeneration() ? withoutEnd(chain, vocabulary) : chain,
                vocabulary,
                model.machine().contextLength());
        this.probabilities = request.alternatives().isPresent()
                ? Optional.of(
                        new LogProbabilities(vocabulary, request.alternatives().getAsInt()))
                : Optional.empty();
        this.matcher = rules.grammar().map(CompiledGrammar::matcher);
        this.tools = rules.tools();
        this.parts = new AnswerParts(job, choice);
        this.parser = new OutputParser(tools.map(ToolUse::syntax), rules.thinks(), parts);
        tools.ifPresent(use -> parser.tellCallsBy(use::isCall));
        this.marks = marks(rules);
        if (rules.begunReasoning()) {
            parser.beginReasoning();
        }
        if (rules.begunCall()) {
            parser.beginCall();
        }
        this.detokenizer = StreamingDetokenizer.afterPrompt(tokenizer);
        this.stops = new StopStrings(rules.stopStrings());
        for (int token : job.prompt()) {
            sampler.accept(token);
        }
    }

    private static Sampler sampler(SamplerChain chain, int vocabulary, int contextLength) {
        try {
            return new Sampler(chain, vocabulary, contextLength);
        } catch (IllegalArgumentException wrong) {
            throw new InvalidRequestException("sampling", wrong.getMessage());
        }
    }

    private SamplerChain withoutEnd(SamplerChain chain, int vocabulary) {
        Map<Integer, Float> forbidden = new TreeMap<>();
        for (int token = 0; token < vocabulary; token++) {
            if (tokenizer.isEndOfGeneration(token)) {
                forbidden.put(token, Float.NEGATIVE_INFINITY);
            }
        }
        List<SamplerStage> stages = new ArrayList<>(chain.stages());
        stages.addFirst(new SamplerStage.Bias(forbidden));
        return new SamplerChain(stages);
    }

    boolean finished() {
        return finishReason.isPresent();
    }

    /** How many tokens it has. */
    int length() {
        return tokens.size();
    }

    /** How many tokens it may have besides. */
    int tokensLeft() {
        return maxTokens - tokens.size();
    }

    /** Whether it has a token. */
    boolean begun() {
        return !tokens.isEmpty();
    }

    /** Whether it is to have tokens at all. */
    boolean wantsTokens() {
        return maxTokens > 0;
    }

    /**
     * Chooses the next token by the logits from {@code offset} on; the answer may be finished afterwards.
     *
     * @return the token, also if it ended the answer
     */
    int next(float[] logits, int offset) {
        int token = choose(logits, offset);
        job.tokenChosen();
        if (tokenizer.isEndOfGeneration(token)) {
            finish(FinishReason.STOP);
            return token;
        }
        matcher.ifPresent(text -> text.accept(token));
        sampler.accept(token);
        ScoredToken scored = scored(token, logits, offset);
        tokens.add(scored);
        job.tell(new CompletionEvent.Token(choice, scored));
        emit(stops.append(text(token)));
        keepCallsInForm();
        if (stops.stopped() || matcher.isPresent() && matcher.get().finished()) {
            finish(FinishReason.STOP);
        } else if (tokens.size() == maxTokens) {
            finish(FinishReason.LENGTH);
        }
        return token;
    }

    private int choose(float[] logits, int offset) {
        try {
            return matcher.isPresent()
                    ? sampler.sample(logits, offset, matcher.get().allowed())
                    : sampler.sample(logits, offset);
        } catch (ArithmeticException unusable) {
            throw new EngineException(
                    "no token can follow the first " + (job.prompt().length + tokens.size()) + ": "
                            + unusable.getMessage()
                            + "; if no logit bias or constraint is the cause, the model file is damaged",
                    unusable);
        }
    }

    private ScoredToken scored(int token, float[] logits, int offset) {
        if (probabilities.isEmpty()) {
            return new ScoredToken(token, Float.NaN, List.of());
        }
        LogProbabilities known = probabilities.get();
        known.load(logits, offset);
        List<ScoredToken.Alternative> alternatives = new ArrayList<>(known.count());
        for (int rank = 0; rank < known.count(); rank++) {
            alternatives.add(new ScoredToken.Alternative(known.best(rank), known.of(known.best(rank))));
        }
        return new ScoredToken(token, known.of(token), alternatives);
    }

    private static Set<String> marks(AnswerRules rules) {
        Set<String> marks = new HashSet<>();
        if (rules.tools().isPresent()) {
            marks.addAll(ToolSyntax.MARKS);
        }
        if (rules.thinks()) {
            marks.add(OutputParser.THINK);
            marks.add(OutputParser.END_THINK);
        }
        return marks;
    }

    private String text(int token) {
        if (!marks.isEmpty() && tokenizer.isControl(token)) {
            String piece = tokenizer.piece(token);
            return marks.contains(piece) ? detokenizer.flush() + piece : "";
        }
        return detokenizer.append(token);
    }

    private void emit(String certain) {
        if (!certain.isEmpty()) {
            parser.append(certain);
        }
    }

    /** Once the model has named the tool of a call that it began by itself, what follows has to fit the tool's schema, and only calls may follow. */
    private void keepCallsInForm() {
        if (matcher.isEmpty() && tools.isPresent() && parser.inCall() && parts.callsTools()) {
            Matcher calls = tools.get().calls().matcher();
            if (calls.acceptText(parser.callSoFar())) {
                matcher = Optional.of(calls);
            }
        }
    }

    /** Ends it with what there is so far. */
    void finish(FinishReason reason) {
        if (!stops.stopped()) {
            emit(stops.append(detokenizer.flush()));
            emit(stops.flush());
        }
        parser.end();
        FinishReason why = reason == FinishReason.STOP && parts.callsTools() ? FinishReason.TOOL_CALLS : reason;
        finishReason = Optional.of(why);
        job.choiceFinished(choice, why);
    }

    /** Of a finished answer. */
    CompletionResult.Choice result() {
        return new CompletionResult.Choice(
                parts.text(), parts.reasoning(), parts.calls(), List.copyOf(tokens), finishReason.orElseThrow());
    }
}
