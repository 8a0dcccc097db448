package dev.lockstep.cli;

import dev.lockstep.engine.ByteSize;
import dev.lockstep.engine.ProgramCaches;
import dev.lockstep.formats.ControlCharacters;
import dev.lockstep.host.cache.CacheEntry;
import dev.lockstep.host.cache.EntryKind;
import dev.lockstep.host.cache.ProgramCache;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

@Command(
        name = "cache",
        description = "Lists what is kept for quick starts, checks or deletes it.",
        customSynopsis = "lockstep cache [--verify | --prune SIZE | --clear] [--json]",
        footer = {
            "",
            "LOCKSTEP_CACHE names another directory than ~/.cache/lockstep.",
            "LOCKSTEP_CACHE_SIZE says what entries may take; without it, a fifth of the",
            "free disk.",
            "Examples:",
            "  lockstep cache",
            "  lockstep cache --verify",
            "  lockstep cache --prune 10G",
            "",
            "Exit status of --verify: 0 all is whole, 1 something is damaged."
        })
final class CacheCommand implements Callable<Integer> {
    private static final DateTimeFormatter TIME =
            DateTimeFormatter.ofPattern("yyyy-MM-dd HH:mm", Locale.ROOT).withZone(ZoneId.systemDefault());

    private final Console console;

    @ArgGroup
    private @Nullable Work work;

    @Option(names = "--json", description = "Print one object.")
    private boolean json;

    /** What to do besides listing; nothing unless asked for. */
    static final class Work {
        @Option(names = "--verify", description = "Read all of it, and say what is damaged.")
        private boolean verify;

        @Option(
                names = "--prune",
                paramLabel = "SIZE",
                description = "Delete what was not used for longest until the rest takes at most SIZE, such as 10G.")
        private @Nullable String size;

        @Option(names = "--clear", description = "Delete everything.")
        private boolean all;

        boolean deletes() {
            return all || size != null;
        }

        /** Bytes that may be left afterwards. */
        long most() {
            var wanted = size;
            if (wanted != null) {
                return UsageException.refusing(() -> ByteSize.parse(wanted));
            }
            return all ? 0 : Long.MAX_VALUE;
        }
    }

    CacheCommand(Console console) {
        this.console = console;
    }

    @Override
    public Integer call() {
        var cache = ProgramCaches.ofUser(warning -> console.note("lockstep: warning: " + warning));
        var deleted = delete(cache);
        var entries = cache.entries();
        Map<CacheEntry, String> damaged = work != null && work.verify ? damaged(cache, entries) : Map.of();
        boolean kept = work != null && bytes(entries) > work.most();
        if (kept) {
            console.note("lockstep: not all entries can be deleted; check who may write to " + cache.directory());
        }
        int status = damaged.isEmpty() && !kept ? ExitStatus.DONE : ExitStatus.FAILED;
        if (json) {
            Json.print(console, fields(cache, entries, deleted, damaged));
            return status;
        }
        if (work != null && work.deletes()) {
            console.printLine("deleted " + deleted.size() + " entries, " + ByteSize.print(bytes(deleted)));
        }
        print(entries);
        damaged.forEach((entry, reason) ->
                console.printLine("DAMAGED: " + Printable.harmless(entry.file().toString()) + ": " + reason));
        if (work != null && work.verify && damaged.isEmpty()) {
            console.printLine("all entries are whole");
        }
        if (cache.unfinishedBytes() > 0) {
            console.printLine(ByteSize.print(cache.unfinishedBytes()) + " unfinished: being written, or left by a start"
                    + " that was killed, which --prune or the next first start deletes");
        }
        console.printLine("%s in %d entries in %s"
                .formatted(
                        ByteSize.print(bytes(entries)),
                        entries.size(),
                        Printable.harmless(cache.directory().toString())));
        return status;
    }

    private static Map<CacheEntry, String> damaged(ProgramCache cache, List<CacheEntry> entries) {
        Map<CacheEntry, String> damaged = new LinkedHashMap<>();
        for (CacheEntry entry : entries) {
            cache.damage(entry).ifPresent(reason -> damaged.put(entry, reason));
        }
        return damaged;
    }

    private List<CacheEntry> delete(ProgramCache cache) {
        if (work == null || !work.deletes()) {
            return List.of();
        }
        return work.all ? cache.clear() : cache.prune(work.most());
    }

    private void print(List<CacheEntry> entries) {
        if (entries.isEmpty()) {
            return;
        }
        console.printLine("%-36s  %-8s  %-8s  %12s  %s".formatted("model", "type", "holds", "size", "last used"));
        for (var entry : entries) {
            console.printLine("%-36s  %-8s  %-8s  %12s  %s"
                    .formatted(
                            entry.model().isEmpty() ? "(damaged)" : ControlCharacters.escape(entry.model()),
                            ControlCharacters.escape(entry.type()),
                            word(entry.kind()),
                            ByteSize.print(entry.bytes()),
                            TIME.format(entry.lastUsed())));
        }
    }

    private static Map<String, Object> fields(
            ProgramCache cache, List<CacheEntry> entries, List<CacheEntry> deleted, Map<CacheEntry, String> damaged) {
        Map<String, Object> fields = new LinkedHashMap<>();
        fields.put("directory", cache.directory().toString());
        fields.put("bytes", bytes(entries));
        fields.put("unfinished_bytes", cache.unfinishedBytes());
        fields.put("entries", entries.stream().map(CacheCommand::fields).toList());
        fields.put("deleted", deleted.stream().map(CacheCommand::fields).toList());
        Map<String, String> reasons = new LinkedHashMap<>();
        damaged.forEach((entry, reason) -> reasons.put(entry.file().toString(), reason));
        fields.put("damaged", reasons);
        return fields;
    }

    private static Map<String, Object> fields(CacheEntry entry) {
        Map<String, Object> fields = new LinkedHashMap<>();
        fields.put("model", entry.model());
        fields.put("type", entry.type());
        fields.put("holds", word(entry.kind()));
        fields.put("bytes", entry.bytes());
        fields.put(
                "last_used",
                entry.lastUsed()
                        .truncatedTo(java.time.temporal.ChronoUnit.SECONDS)
                        .toString());
        fields.put("file", entry.file().toString());
        return fields;
    }

    private static String word(EntryKind kind) {
        return switch (kind) {
            case WEIGHTS -> "weights";
            case CODE -> "code";
        };
    }

    private static long bytes(List<CacheEntry> entries) {
        return entries.stream().mapToLong(CacheEntry::bytes).sum();
    }
}
