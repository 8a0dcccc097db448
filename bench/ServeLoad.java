import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * How fast servers answer so many users at once, each of whom asks, reads the answer to its end, and asks again. Works with any server that
 * has OpenAI's {@code /v1/completions}; several take turns, round by round, and get the same prompts, of which no two begin alike.
 *
 * <p>With {@code --repeat} a grammar makes answers repeat their prompts word for word, whatever the model would say: what a summary or a
 * changed program does for the most part.
 *
 * <p>{@code java bench/ServeLoad.java [--users 1,8] [--words 40] [--tokens 64] [--requests 2] [--rounds 2] [--repeat] NAME=URL...}
 */
public final class ServeLoad {
    private static final List<String> WORDS = List.of(
            "river", "stone", "quick", "seven", "garden", "paper", "winter", "green", "music", "under", "table", "light", "north",
            "voice", "metal", "early", "bread", "cloud", "train", "small", "glass", "story", "water", "field");
    private static final Pattern COMPLETION_TOKENS = Pattern.compile("\"completion_tokens\":\\s*(\\d+)");

    /** When the tokens of an answer came, in nanoseconds since it was asked for. */
    private record Answer(int tokens, long[] arrivals) {}

    /** One server under one number of users. */
    private static final class Row {
        private final List<Double> tokensPerSecond = new ArrayList<>();
        private final List<Long> firstToken = new ArrayList<>();
        private final List<Long> betweenTokens = new ArrayList<>();
    }

    private record Server(String name, URI completions, List<Row> rows) {}

    private final HttpClient client =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
    private final List<Server> servers = new ArrayList<>();
    private int[] users = {1, 8};
    private int words = 40;
    private int tokens = 64;
    private int requests = 2;
    private int rounds = 2;
    private boolean repeat;

    private ServeLoad(String[] arguments) {
        for (int i = 0; i < arguments.length; i++) {
            switch (arguments[i]) {
                case "--users" -> users = Stream.of(arguments[++i].split(",")).mapToInt(Integer::parseInt).toArray();
                case "--words" -> words = Integer.parseInt(arguments[++i]);
                case "--tokens" -> tokens = Integer.parseInt(arguments[++i]);
                case "--requests" -> requests = Integer.parseInt(arguments[++i]);
                case "--repeat" -> repeat = true;
                case "--rounds" -> rounds = Integer.parseInt(arguments[++i]);
                default -> servers.add(server(arguments[i]));
            }
        }
        if (servers.isEmpty()) {
            throw new IllegalArgumentException("there is no server; name one: NAME=URL");
        }
    }

    private Server server(String argument) {
        String[] parts = argument.split("=", 2);
        if (parts.length < 2) {
            throw new IllegalArgumentException(argument + " is no server; write NAME=URL");
        }
        var rows = new ArrayList<Row>();
        Arrays.stream(users).forEach(_ -> rows.add(new Row()));
        return new Server(parts[0], URI.create(parts[1]).resolve("/v1/completions"), rows);
    }

    public static void main(String[] arguments) throws Exception {
        try {
            new ServeLoad(arguments).run();
        } catch (IllegalArgumentException wrong) {
            System.err.println(wrong.getMessage());
            System.exit(2);
        }
    }

    private void run() throws Exception {
        for (Server server : servers) {
            ask(server, prompt(new SplittableRandom(-1)));
        }
        for (int round = 0; round < rounds; round++) {
            for (int i = 0; i < users.length; i++) {
                for (Server server : servers) {
                    measure(server, server.rows.get(i), users[i], round);
                }
            }
        }
        print();
    }

    private void measure(Server server, Row row, int users, int round) throws Exception {
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            long start = System.nanoTime();
            List<Callable<List<Answer>>> talks = new ArrayList<>();
            for (int user = 0; user < users; user++) {
                var random = new SplittableRandom(1000L * round + 100L * users + user);
                talks.add(() -> talk(server, random));
            }
            int sum = 0;
            for (Future<List<Answer>> talk : threads.invokeAll(talks)) {
                for (Answer answer : talk.get()) {
                    sum += answer.tokens;
                    note(row, answer);
                }
            }
            row.tokensPerSecond.add(sum * 1e9 / (System.nanoTime() - start));
        }
    }

    private static void note(Row row, Answer answer) {
        for (int i = 0; i < answer.arrivals.length; i++) {
            if (i == 0) {
                row.firstToken.add(answer.arrivals[0]);
            } else {
                row.betweenTokens.add(answer.arrivals[i] - answer.arrivals[i - 1]);
            }
        }
    }

    private List<Answer> talk(Server server, SplittableRandom random) throws Exception {
        List<Answer> answers = new ArrayList<>();
        for (int request = 0; request < requests; request++) {
            answers.add(ask(server, prompt(random)));
        }
        return answers;
    }

    private String prompt(SplittableRandom random) {
        var text = new StringBuilder();
        for (int i = 0; i < words; i++) {
            // No blanks: vocabularies of random models have no pieces with them, so that a repeated text would be other tokens.
            text.append(text.isEmpty() ? "" : ",").append(WORDS.get(random.nextInt(WORDS.size())));
        }
        return text.toString();
    }

    private Answer ask(Server server, String prompt) throws IOException, InterruptedException {
        String limits = repeat
                ? "\"grammar\": \"root ::= \\\"%s\\\"\", \"max_tokens\": 100000".formatted(prompt)
                : "\"ignore_eos\": true, \"max_tokens\": " + tokens;
        String body = ("{\"prompt\": \"%s\", %s, \"temperature\": 1, \"seed\": 1, \"stream\": true,"
                        + " \"stream_options\": {\"include_usage\": true}}")
                .formatted(prompt, limits);
        var request = HttpRequest.newBuilder(server.completions)
                .timeout(Duration.ofMinutes(10))
                .header("Content-Type", "application/json")
                .POST(HttpRequest.BodyPublishers.ofString(body))
                .build();
        long start = System.nanoTime();
        HttpResponse<Stream<String>> response = client.send(request, HttpResponse.BodyHandlers.ofLines());
        List<Long> arrivals = new ArrayList<>();
        int[] counted = {0};
        try (Stream<String> lines = response.body()) {
            lines.forEach(line -> {
                Matcher usage = COMPLETION_TOKENS.matcher(line);
                if (usage.find()) {
                    counted[0] = Integer.parseInt(usage.group(1));
                } else if (line.startsWith("data: {")) {
                    arrivals.add(System.nanoTime() - start);
                }
            });
        }
        if (response.statusCode() != 200 || counted[0] == 0) {
            throw new IOException(server.name + " answered with status " + response.statusCode() + " and " + counted[0] + " tokens");
        }
        return new Answer(counted[0], arrivals.stream().mapToLong(Long::longValue).toArray());
    }

    private void print() {
        System.out.println("| users | server | tokens/s, all users (rounds) | of one user's | first token, ms: p50, p90, p99 | between tokens, ms: p50, p99 |");
        System.out.println("|---|---|---|---|---|---|");
        for (int i = 0; i < users.length; i++) {
            for (Server server : servers) {
                Row row = server.rows.get(i);
                System.out.printf(
                        "| %d | %s | %.1f (%s) | %.2f | %s | %s |%n",
                        users[i],
                        server.name,
                        median(row.tokensPerSecond),
                        String.join(", ", row.tokensPerSecond.stream().map("%.1f"::formatted).toList()),
                        median(row.tokensPerSecond) / median(server.rows.getFirst().tokensPerSecond),
                        percentiles(row.firstToken, 50, 90, 99),
                        percentiles(row.betweenTokens, 50, 99));
            }
        }
    }

    private static double median(List<Double> values) {
        double[] sorted = values.stream().mapToDouble(Double::doubleValue).sorted().toArray();
        return (sorted[(sorted.length - 1) / 2] + sorted[sorted.length / 2]) / 2;
    }

    /** By nearest rank. */
    private static String percentiles(List<Long> nanos, int... ranks) {
        long[] sorted = nanos.stream().mapToLong(Long::longValue).sorted().toArray();
        return String.join(
                ", ",
                Arrays.stream(ranks)
                        .mapToObj(rank -> sorted.length == 0
                                ? "-"
                                : "%.0f".formatted(sorted[(int) Math.ceil(rank / 100.0 * sorted.length) - 1] / 1e6))
                        .toList());
    }
}
