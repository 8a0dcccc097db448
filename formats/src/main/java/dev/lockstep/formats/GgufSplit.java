package dev.lockstep.formats;

import java.nio.file.Path;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The name of a part of a split model: {@code PREFIX-00002-of-00005.gguf}.
 *
 * @param directory where all parts lie
 * @param number of this part, from 1
 * @param count of parts
 */
record GgufSplit(Path directory, String prefix, int number, int count) {
    static final String NUMBER_KEY = "split.no";
    static final String COUNT_KEY = "split.count";
    static final String TENSORS_KEY = "split.tensors.count";

    private static final Pattern NAME = Pattern.compile("(.*)-(\\d{5})-of-(\\d{5})\\.gguf");

    static Optional<GgufSplit> ofName(Path path) {
        Matcher matcher = NAME.matcher(path.getFileName().toString());
        return matcher.matches()
                ? Optional.of(new GgufSplit(
                        path.toAbsolutePath().getParent(),
                        matcher.group(1),
                        Integer.parseInt(matcher.group(2)),
                        Integer.parseInt(matcher.group(3))))
                : Optional.empty();
    }

    /** The path of part {@code number}, from 1. */
    Path part(int number) {
        return directory.resolve(String.format(Locale.ROOT, "%s-%05d-of-%05d.gguf", prefix, number, count));
    }
}
