package dev.lockstep.cli.models;

import dev.lockstep.engine.ProgressListener;
import java.io.IOException;
import java.io.InputStream;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * Brings a file, whatever happens on the way: what a connection has brought before it broke is kept and continued, now some times and at
 * the next call as well, unless the server's file has changed. A file appears under its name when it is complete and has its checksum.
 */
final class Download {
    /** In a row, once something has come; a server that has never answered is probably not there. */
    private static final int MOST_FAILURES = 5;

    private static final int MOST_FAILURES_AT_FIRST = 2;
    private static final Duration LONGEST_SILENCE = Duration.ofSeconds(60);
    private static final int BUFFER = 1 << 18;
    private static final int NOTHING_LEFT = 416;
    private static final int REST = 206;

    private final Web web;
    private final ProgressListener progress;
    private final Duration pause;

    /** @param pause before the second attempt; it doubles from one to the next */
    Download(Web web, ProgressListener progress, Duration pause) {
        this.web = web;
        this.progress = progress;
        this.pause = pause;
    }

    /**
     * @return the SHA-256 of the file
     * @throws ModelException if the file cannot be had
     */
    String fetch(RemoteFile remote, Path file) {
        var partial = new PartialFile(file);
        int most = MOST_FAILURES_AT_FIRST;
        for (int failures = 0; ; ) {
            long before = 0;
            try {
                before = partial.size();
                receive(remote, file, partial);
                return finish(remote, partial);
            } catch (UnreachableException broken) {
                if (size(partial) > before) {
                    failures = 0;
                    most = MOST_FAILURES;
                }
                failures++;
                if (failures == most) {
                    throw new ModelException(
                            broken.getMessage() + "; try again later, or copy the file to where it belongs: " + file,
                            broken);
                }
                sleep(pause.multipliedBy(1L << (failures - 1)));
            } catch (IOException failure) {
                throw new ModelException(
                        file + ": cannot be written (" + failure.getMessage() + "); check the disk", failure);
            }
        }
    }

    private void receive(RemoteFile remote, Path file, PartialFile partial) throws IOException {
        Map<String, String> headers = new LinkedHashMap<>();
        var version = partial.version();
        if (partial.size() > 0 && version.isPresent()) {
            headers.put("Range", "bytes=" + partial.size() + "-");
            headers.put("If-Range", version.get());
        }
        var response = web.get(remote, headers);
        try (var body = response.body()) {
            if (response.statusCode() == NOTHING_LEFT) {
                return;
            }
            if (response.statusCode() != REST) {
                partial.restart(strongVersion(response));
            }
            long here = partial.size();
            long rest = response.headers().firstValueAsLong("content-length").orElse(-1);
            if (rest > partial.room()) {
                throw new IOException("it needs " + rest + " bytes more, and the disk has " + partial.room());
            }
            copy(body, partial, file.getFileName().toString(), here, rest < 0 ? Long.MAX_VALUE : here + rest);
            if (rest >= 0 && partial.size() != here + rest) {
                throw new UnreachableException(remote.address().getHost() + " stopped in the middle", null);
            }
        }
    }

    private void copy(InputStream body, PartialFile partial, String name, long here, long total) throws IOException {
        var what = "downloading " + name;
        var buffer = new byte[BUFFER];
        long done = here;
        try (var output = partial.append();
                var reader = Executors.newVirtualThreadPerTaskExecutor()) {
            for (int count; (count = soon(reader, body, () -> body.read(buffer))) >= 0; ) {
                output.write(buffer, 0, count);
                done += count;
                progress.progress(what, Math.min(done, total - 1), total);
            }
        } finally {
            progress.progress(what, total, total);
        }
    }

    /** Reads, but does not wait for a server that has fallen silent. */
    private static int soon(ExecutorService reader, InputStream body, Callable<Integer> read) throws IOException {
        var count = reader.submit(read);
        try {
            return count.get(LONGEST_SILENCE.toSeconds(), TimeUnit.SECONDS);
        } catch (ExecutionException | TimeoutException broken) {
            body.close();
            throw new UnreachableException("the connection broke (" + broken.getMessage() + ")", broken);
        } catch (InterruptedException interrupted) {
            body.close();
            Thread.currentThread().interrupt();
            throw new UnreachableException("interrupted", interrupted);
        }
    }

    private String finish(RemoteFile remote, PartialFile partial) throws IOException {
        var sum = partial.sha256();
        if (remote.sha256().isPresent() && !remote.sha256().get().equalsIgnoreCase(sum)) {
            partial.delete();
            throw new ModelException(remote.address() + ": the file that came has SHA-256 " + sum + ", not "
                    + remote.sha256().get() + ", and was deleted; download it again");
        }
        partial.complete();
        return sum;
    }

    /** Weak entity tags do not tell bytes apart. */
    private static Optional<String> strongVersion(HttpResponse<?> response) {
        return response.headers().firstValue("etag").filter(tag -> !tag.startsWith("W/"));
    }

    private static long size(PartialFile partial) {
        try {
            return partial.size();
        } catch (IOException gone) {
            return 0;
        }
    }

    private static void sleep(Duration duration) {
        try {
            Thread.sleep(duration);
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            throw new ModelException("interrupted", interrupted);
        }
    }
}
