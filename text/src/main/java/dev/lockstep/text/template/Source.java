package dev.lockstep.text.template;

import java.util.Arrays;
import java.util.stream.IntStream;

/** Template text with line ends made uniform and one trailing newline dropped, as Jinja does, and its line numbers. */
final class Source {
    private final String text;
    private final int[] lineStarts;

    Source(String original) {
        String uniform = original.replace("\r\n", "\n").replace('\r', '\n');
        text = uniform.endsWith("\n") ? uniform.substring(0, uniform.length() - 1) : uniform;
        lineStarts = IntStream.concat(
                        IntStream.of(0),
                        IntStream.range(0, text.length())
                                .filter(i -> text.charAt(i) == '\n')
                                .map(i -> i + 1))
                .toArray();
    }

    String text() {
        return text;
    }

    Position position(int offset) {
        int found = Arrays.binarySearch(lineStarts, offset);
        int line = found >= 0 ? found : -found - 2;
        return new Position(line + 1, offset - lineStarts[line] + 1);
    }
}
