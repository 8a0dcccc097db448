package dev.lockstep.engine;

import java.util.List;

/** Finds stop strings in text that comes in pieces: holds back what may be the beginning of one. */
public final class StopStrings {
    private final List<String> stops;
    private final StringBuilder held = new StringBuilder();
    private boolean stopped;

    /** @param stops none of them empty */
    public StopStrings(List<String> stops) {
        this.stops = List.copyOf(stops);
    }

    /** Whether a stop string has come; nothing is given out after that. */
    public boolean stopped() {
        return stopped;
    }

    /** The text that is certain not to belong to a stop string by now. */
    public String append(String text) {
        if (stopped) {
            return "";
        }
        held.append(text);
        int certain = certainLength();
        int stop = firstStop();
        if (stop >= 0) {
            stopped = true;
            certain = stop;
        }
        String out = held.substring(0, certain);
        held.delete(0, stopped ? held.length() : certain);
        return out;
    }

    /** The end of the text: what was held back was no stop string. */
    public String flush() {
        String out = held.toString();
        held.setLength(0);
        return out;
    }

    private int firstStop() {
        int first = -1;
        for (String stop : stops) {
            int at = held.indexOf(stop);
            first = at >= 0 && (first < 0 || at < first) ? at : first;
        }
        return first;
    }

    private int certainLength() {
        for (int start = 0; start < held.length(); start++) {
            for (String stop : stops) {
                if (beginsAt(start, stop)) {
                    return start;
                }
            }
        }
        return held.length();
    }

    /** Whether the held text from {@code start} to its end is the beginning of {@code stop}. */
    private boolean beginsAt(int start, String stop) {
        int length = held.length() - start;
        return length < stop.length() && stop.startsWith(held.substring(start));
    }
}
