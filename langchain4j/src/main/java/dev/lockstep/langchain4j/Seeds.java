package dev.lockstep.langchain4j;

import java.util.concurrent.ThreadLocalRandom;

/** LangChain4j has no seeds: every request takes another, and gets another answer unless its temperature is 0. */
final class Seeds {
    private Seeds() {}

    static long next() {
        return ThreadLocalRandom.current().nextLong();
    }
}
