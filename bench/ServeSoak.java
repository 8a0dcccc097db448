import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.atomic.LongAdder;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Many clients of a server at once, some of them ill-behaved: they go away, stall, send rubbish, giant and half requests. Every answer must
 * be the one that the same request gets when it is alone, and the server's memory must not grow.
 *
 * <p>{@code java bench/ServeSoak.java URL SECONDS CLIENTS [PID]} with a server started by {@code lockstep serve}; PID is its process, whose memory is
 * told every minute. Ends with status 1 if an answer differed, was lost, or the server broke.
 */
public final class ServeSoak {
    private static final List<String> PROMPTS = List.of(
            "Once upon a time", "The little dog", "A big red ball", "In the garden", "One day a bird", "The sun was",
            "She said", "He looked at the", "There was a", "My friend and I", "Tell me", "It was late");
    private static final Pattern TEXT = Pattern.compile("\"text\":\"((?:[^\"\\\\]|\\\\.)*)\"");

    /** What clients do, and how often in a hundred. */
    private enum Deed {
        ASK(34),
        STREAM(34),
        LEAVE(12),
        STALL(4),
        RUBBISH(4),
        GIANT(2),
        HALF(5),
        NONSENSE(5);

        private final int share;

        Deed(int share) {
            this.share = share;
        }

        static Deed of(SplittableRandom random) {
            int draw = random.nextInt(100);
            for (Deed deed : values()) {
                draw -= deed.share;
                if (draw < 0) {
                    return deed;
                }
            }
            throw new IllegalStateException("shares are less than 100");
        }
    }

    private final HttpClient client = HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
    private final URI server;
    private final Map<String, String> alone = new TreeMap<>();
    private final Map<String, LongAdder> counts = new ConcurrentSkipListMap<>();

    private ServeSoak(URI server) {
        this.server = server;
    }

    public static void main(String[] arguments) throws Exception {
        if (arguments.length < 3) {
            System.err.println("java bench/ServeSoak.java URL SECONDS CLIENTS [PID]");
            System.exit(2);
        }
        var soak = new ServeSoak(URI.create(arguments[0]));
        soak.run(Integer.parseInt(arguments[1]), Integer.parseInt(arguments[2]), arguments.length > 3 ? arguments[3] : "");
    }

    private void run(int seconds, int clients, String pid) throws Exception {
        for (int request = 0; request < requests(); request++) {
            String body = body(request, false);
            alone.put(body, text(post(body).body()));
        }
        System.out.println(alone.size() + " requests asked alone; " + clients + " clients for " + seconds + " s");
        long end = System.nanoTime() + Duration.ofSeconds(seconds).toNanos();
        List<Thread> threads = new ArrayList<>();
        for (int number = 0; number < clients; number++) {
            var random = new SplittableRandom(number);
            threads.add(Thread.ofVirtual().start(() -> behave(random, end)));
        }
        for (int minute = 1; System.nanoTime() < end; minute++) {
            Thread.sleep(60_000);
            System.out.println("minute " + minute + " " + counts + (pid.isEmpty() ? "" : " " + ServeMemory.of(pid)));
        }
        for (Thread thread : threads) {
            thread.join();
        }
        var health = client.send(HttpRequest.newBuilder(server.resolve("/health")).build(), HttpResponse.BodyHandlers.ofString());
        System.out.println(counts);
        System.out.println("health " + health.statusCode());
        boolean sound = health.statusCode() == 200 && !counts.containsKey("DIFFERENT") && !counts.containsKey("LOST");
        System.out.println(sound ? "every answer was the one given alone" : "NOT SOUND");
        System.exit(sound ? 0 : 1);
    }

    private void behave(SplittableRandom random, long end) {
        while (System.nanoTime() < end) {
            Deed deed = Deed.of(random);
            try {
                act(deed, random);
            } catch (IOException broken) {
                // Whoever behaves may lose nothing; the others are shown the door.
                count(deed == Deed.ASK || deed == Deed.STREAM ? "LOST" : deed + " cut off");
            } catch (InterruptedException interrupted) {
                return;
            }
        }
    }

    private void act(Deed deed, SplittableRandom random) throws IOException, InterruptedException {
        int request = random.nextInt(requests());
        String body = body(request, false);
        switch (deed) {
            case ASK -> {
                var reply = post(body);
                judge(deed, reply.statusCode(), text(reply.body()), alone.get(body));
            }
            case STREAM -> {
                var reply = post(body(request, true));
                judge(deed, reply.statusCode(), text(reply.body()), alone.get(body));
            }
            case LEAVE -> raw(deed, head(body(request, true).length()) + body(request, true), random.nextInt(40), false);
            case STALL -> raw(deed, head(body(request, true).length()) + body(request, true), 3000, false);
            case RUBBISH -> {
                byte[] bytes = new byte[random.nextInt(1, 2000)];
                random.nextBytes(bytes);
                raw(deed, new String(bytes, StandardCharsets.ISO_8859_1) + "\r\n\r\n", 50, true);
            }
            case GIANT -> {
                var reply = post("{\"prompt\": \"" + "a".repeat(17 << 20) + "\"}");
                count(deed + " " + reply.statusCode());
            }
            case HALF -> raw(deed, head(body.length()) + body.substring(0, body.length() / 2), random.nextInt(60), false);
            case NONSENSE -> count(deed + " " + post(body.substring(random.nextInt(1, 20))).statusCode());
        }
    }

    private void judge(Deed deed, int status, String text, String expected) {
        if (status == 429) {
            count(deed + " told to come again");
        } else {
            count(status == 200 && text.equals(expected) ? deed + " right" : "DIFFERENT");
        }
    }

    /** Sends bytes, waits, and goes. */
    private void raw(Deed deed, String bytes, long milliseconds, boolean read) throws IOException, InterruptedException {
        try (var socket = new Socket(InetAddress.getByName(server.getHost()), server.getPort())) {
            socket.setSoTimeout(5000);
            socket.getOutputStream().write(bytes.getBytes(StandardCharsets.ISO_8859_1));
            Thread.sleep(milliseconds);
            if (read) {
                socket.getInputStream().read();
            }
            count(deed + " gone");
        }
    }

    private HttpResponse<String> post(String body) throws IOException, InterruptedException {
        return client.send(
                HttpRequest.newBuilder(server.resolve("/v1/completions"))
                        .timeout(Duration.ofMinutes(5))
                        .POST(HttpRequest.BodyPublishers.ofString(body))
                        .build(),
                HttpResponse.BodyHandlers.ofString());
    }

    private static int requests() {
        return PROMPTS.size() * 3;
    }

    private static String body(int request, boolean stream) {
        return "{\"prompt\": \"%s\", \"seed\": %d, \"temperature\": %s, \"max_tokens\": %d, \"stream\": %s}"
                .formatted(
                        PROMPTS.get(request % PROMPTS.size()),
                        request,
                        request % 3 == 0 ? "0" : "1.1",
                        20 + 7 * request % 60,
                        stream);
    }

    private static String head(int length) {
        return "POST /v1/completions HTTP/1.1\r\nHost: localhost\r\nContent-Length: " + length + "\r\n\r\n";
    }

    /** All pieces of text in an answer, whole or streamed, as they stand in the JSON. */
    private static String text(String answer) {
        var text = new StringBuilder();
        for (Matcher matcher = TEXT.matcher(answer); matcher.find(); ) {
            text.append(matcher.group(1));
        }
        return text.toString();
    }

    private void count(String what) {
        counts.computeIfAbsent(what, _ -> new LongAdder()).increment();
    }

    /**
     * The memory of a server's process, in KiB; what it does not tell is 0.
     *
     * @param resident as the system counts it
     * @param live what a full collection, which this asks for, leaves of the heap
     * @param classes how many are loaded
     * @param committed what the JVM has taken from the system, of which it tells with {@code -XX:NativeMemoryTracking=summary} only
     */
    private record ServeMemory(long resident, long live, long classes, long committed) {
        private static final Pattern TOTAL = Pattern.compile("(?m)^Total +\\d+ +(\\d+)");
        private static final Pattern COMMITTED = Pattern.compile("Total: reserved=\\d+KB, committed=(\\d+)KB");
        private static final Pattern CLASSES = Pattern.compile("Classes +: +(\\d+)|classes #(\\d+)");

        static ServeMemory of(String pid) throws IOException {
            long live = number(TOTAL, jcmd(pid, "GC.class_histogram")) / 1024;
            String memory = jcmd(pid, "VM.native_memory");
            return new ServeMemory(resident(pid), live, number(CLASSES, memory), number(COMMITTED, memory));
        }

        @Override
        public String toString() {
            return "resident %d KiB, live heap %d KiB, %d classes, committed %d KiB"
                    .formatted(resident, live, classes, committed);
        }

        private static long number(Pattern pattern, String text) {
            Matcher matcher = pattern.matcher(text);
            if (!matcher.find()) {
                return 0;
            }
            return Long.parseLong(matcher.group(1) != null ? matcher.group(1) : matcher.group(2));
        }

        private static String jcmd(String pid, String command) throws IOException {
            Process jcmd = new ProcessBuilder(System.getProperty("java.home") + "/bin/jcmd", pid, command)
                    .redirectErrorStream(true)
                    .start();
            return new String(jcmd.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        }

        private static long resident(String pid) throws IOException {
            return Files.readAllLines(Path.of("/proc", pid, "status")).stream()
                    .filter(line -> line.startsWith("VmRSS:"))
                    .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")))
                    .findFirst()
                    .orElse(0);
        }
    }
}
